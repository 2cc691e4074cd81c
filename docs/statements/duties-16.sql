-- duties

DELETE FROM recipient_sends WHERE (recipient, share) IN (
      SELECT recipient, share FROM recipient_sends WHERE counts_until <= $1::timestamptz
      LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING recipient;

-- Plan, with any values:
-- Delete on recipient_sends
--   ->  Nested Loop Semi Join
--         Join Filter: ((recipient_sends.recipient = "ANY_subquery".recipient) AND (recipient_sends.share = "ANY_subquery".share))
--         ->  Seq Scan on recipient_sends
--         ->  Subquery Scan on "ANY_subquery"
--               ->  Limit
--                     ->  LockRows
--                           ->  Seq Scan on recipient_sends recipient_sends_1
--                                 Filter: (counts_until <= $1)
