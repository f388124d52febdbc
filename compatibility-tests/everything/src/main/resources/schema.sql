create table orders (id int generated always as identity primary key, plan varchar(20) not null);
