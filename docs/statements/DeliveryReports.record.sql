-- DeliveryReports.record

WITH reported AS (
      SELECT m.reference, m.recipient FROM messages m WHERE m.reference IS NOT NULL
        AND (m.reference = $1::text OR m.id = $2::bigint
          OR (m.channel = 'sms' AND m.provider_id = $3::text AND m.provider ~ $4)) LIMIT 1),
event AS (
      INSERT INTO delivery_events (id, at, reference, kind, provider, detail)
      SELECT $5, $6::timestamptz, m.reference, $7, $8, $9::text FROM reported m
      ON CONFLICT (id) DO NOTHING RETURNING reference),
suppressed AS (
      INSERT INTO suppressed_addresses (address, since, reference, detail)
      SELECT lower(m.recipient), $10::timestamptz, m.reference, $11::text FROM reported m JOIN event USING (reference)
      WHERE $12 = 'bounced' ON CONFLICT (address) DO NOTHING RETURNING address),
arrived AS (SELECT m.recipient AS address FROM reported m JOIN event USING (reference) WHERE $13 = 'delivered'),
lifted AS (
    DELETE FROM suppressed_addresses b USING arrived f WHERE b.address = lower(f.address) RETURNING b.address)
SELECT * FROM event;

-- Plan, with any values:
-- CTE Scan on event
--   CTE reported
--     ->  Limit
--           ->  Index Scan using messages_reference on messages m
--                 Filter: ((reference = $1) OR (id = $2) OR ((channel = 'sms'::text) AND (provider_id = $3) AND (provider ~ $4)))
--   CTE event
--     ->  Insert on delivery_events
--           Conflict Resolution: NOTHING
--           Conflict Arbiter Indexes: delivery_events_pkey
--           ->  CTE Scan on reported m_1
--   CTE suppressed
--     ->  Insert on suppressed_addresses
--           Conflict Resolution: NOTHING
--           Conflict Arbiter Indexes: suppressed_addresses_pkey
--           ->  Result
--                 One-Time Filter: ($12 = 'bounced'::text)
--                 ->  Nested Loop
--                       Join Filter: (m_2.reference = event_1.reference)
--                       ->  CTE Scan on reported m_2
--                       ->  CTE Scan on event event_1
--   CTE lifted
--     ->  Delete on suppressed_addresses b
--           ->  Result
--                 One-Time Filter: ($13 = 'delivered'::text)
--                 ->  Nested Loop
--                       Join Filter: (m_3.reference = event_2.reference)
--                       ->  Nested Loop
--                             Join Filter: (b.address = lower(m_3.recipient))
--                             ->  Seq Scan on suppressed_addresses b
--                             ->  CTE Scan on reported m_3
--                       ->  CTE Scan on event event_2
