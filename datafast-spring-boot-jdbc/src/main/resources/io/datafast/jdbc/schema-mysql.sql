create table if not exists datafast_goals (
	task_name varchar(100) not null,
	task_instance varchar(100) not null,
	task_data blob,
	execution_time datetime(6) not null,
	picked boolean not null,
	picked_by varchar(50),
	last_success datetime(6) null,
	last_failure datetime(6) null,
	consecutive_failures int,
	last_heartbeat datetime(6) null,
	version bigint not null,
	priority smallint,
	primary key (task_name, task_instance)
);

create index datafast_goals_execution_time_idx on datafast_goals (execution_time);

create index datafast_goals_last_heartbeat_idx on datafast_goals (last_heartbeat);
