-- KeyProof.claim

WITH claimed AS (
        UPDATE attempts a SET account_id = $1::bigint, subject = $2::text,
          security_stamp = $3::int
        WHERE a.kind = 'challenge' AND a.secret_hash = ANY($4::text[]) AND a.protocol = $5 AND a.purpose = $6 AND a.account_id IS NULL AND a.status = 'open'
          AND a.expires_at > $7::timestamptz RETURNING a.subject, a.factor),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM claimed
      ON CONFLICT DO NOTHING RETURNING subject)
SELECT * FROM claimed;

-- Plan, with any values:
-- CTE Scan on claimed
--   CTE claimed
--     ->  Update on attempts a
--           ->  Index Scan using attempts_challenge on attempts a
--                 Index Cond: (secret_hash = ANY ($4))
--                 Filter: ((account_id IS NULL) AND (expires_at > $7) AND (kind = 'challenge'::text) AND (protocol = $5) AND (purpose = $6) AND (status = 'open'::text))
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on claimed claimed_1
