-- ReadinessIndicators.databaseAnswers

SELECT 1;

-- Plan, with any values:
-- Result
