create database prefect;
alter database prefect set synchronous_commit = off;
