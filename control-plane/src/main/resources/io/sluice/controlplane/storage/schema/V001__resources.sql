-- The state, and the history that leads to it. The same text for H2 (PostgreSQL mode) and PostgreSQL.
-- Statements end with a semicolon at the end of a line.

-- One row. Each writing transaction begins with adding 1 to writes: writers queue on its lock, so revisions have no
-- gaps and are in commit order.
create table if not exists store (
    id integer primary key check (id = 1),
    epoch bigint not null,
    revision bigint not null,
    writes bigint not null
);

-- config is the protobuf message ResourceConfig, private keys included.
create table if not exists resources (
    kind varchar(16) not null,
    name varchar(63) not null,
    config bytea not null,
    revision bigint not null,
    create_time timestamp with time zone not null,
    update_time timestamp with time zone not null,
    primary key (kind, name)
);

create table if not exists canary_marks (
    split varchar(160) primary key,
    since timestamp with time zone not null,
    author varchar(256) not null,
    revision bigint not null
);

create table if not exists drained_nodes (
    node varchar(253) primary key
);

create table if not exists revisions (
    number bigint primary key,
    time timestamp with time zone not null,
    author varchar(256) not null,
    author_verified boolean not null,
    message varchar(4096) not null,
    created integer not null,
    updated integer not null,
    deleted integer not null
);

-- What each revision did to each resource: null is absence.
create table if not exists changes (
    revision bigint not null,
    kind varchar(16) not null,
    name varchar(63) not null,
    old_config bytea,
    new_config bytea,
    primary key (revision, kind, name)
);

create index if not exists changes_by_resource on changes (kind, name, revision);
