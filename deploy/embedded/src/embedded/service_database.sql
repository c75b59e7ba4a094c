-- A service's database and its roles, for psql; running it again brings what exists up to date.
-- Variables: database, template, owner, app, worker, owner_password, app_password, worker_password.
--   owner   migrates, owns the database and everything in it
--   app     serves people
--   worker  consumes events and relays the outbox
-- Neither app nor worker owns a table or can make one: an owner could switch its guards off.

SET client_min_messages = warning;
SELECT pg_advisory_lock(hashtext('service-database')) \g /dev/null

SELECT format('CREATE ROLE %I', role) FROM unnest(ARRAY[:'owner', :'app', :'worker']) AS role
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE :"app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
ALTER ROLE :"worker" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'worker_password';

SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE %I', :'database', :'owner', :'template')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
ALTER DATABASE :"database" OWNER TO :"owner";
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"app", :"worker";
SELECT pg_advisory_unlock(hashtext('service-database')) \g /dev/null

\connect :"database"
SET client_min_messages = warning;
ALTER SCHEMA public OWNER TO :"owner";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"app", :"worker";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"app", :"worker";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE ON SEQUENCES TO :"app", :"worker";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO :"app", :"worker";
