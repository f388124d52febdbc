create table datafast_goals (
	task_name varchar(100) not null,
	task_instance varchar(100) not null,
	task_data varbinary(max),
	execution_time datetimeoffset(6) not null,
	picked bit not null,
	picked_by varchar(50),
	last_success datetimeoffset(6),
	last_failure datetimeoffset(6),
	consecutive_failures int,
	last_heartbeat datetimeoffset(6),
	version bigint not null,
	priority smallint,
	primary key (task_name, task_instance)
);

create index datafast_goals_execution_time_idx on datafast_goals (execution_time);

create index datafast_goals_last_heartbeat_idx on datafast_goals (last_heartbeat);
