create table if not exists datafast_goals (
	task_name varchar(100) not null,
	task_instance varchar(100) not null,
	task_data varbinary(32768),
	execution_time timestamp(6) with time zone not null,
	picked boolean not null,
	picked_by varchar(50),
	last_success timestamp(6) with time zone,
	last_failure timestamp(6) with time zone,
	consecutive_failures int,
	last_heartbeat timestamp(6) with time zone,
	version bigint not null,
	priority smallint,
	primary key (task_name, task_instance)
);

create index if not exists datafast_goals_execution_time_idx on datafast_goals (execution_time);

create index if not exists datafast_goals_last_heartbeat_idx on datafast_goals (last_heartbeat);
