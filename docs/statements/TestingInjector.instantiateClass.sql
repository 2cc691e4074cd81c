-- TestingInjector.instantiateClass

SELECT nextval('worker_numbers') AS worker;

-- Plan, with any values:
-- Result
