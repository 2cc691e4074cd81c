-- ForgotPasswordService.send

WITH known AS (
      SELECT id AS account_id, security_stamp FROM accounts
      WHERE accounts.email = $1 AND disabled_at IS NULL AND activated_at IS NOT NULL  FOR SHARE),
subject AS (
      SELECT coalesce(k.account_id::text, $2::text) AS subject, k.account_id, k.security_stamp
      FROM (VALUES (1)) one LEFT JOIN known k ON true),
refused AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $3 AND NOT (w.next_at <= $4::timestamptz AND (w.window_ends_at <= $5::timestamptz
      OR w.sent < coalesce($6::int, w.sent + 1)))),
free AS (SELECT f.subject FROM subject f WHERE f.subject NOT IN (SELECT subject FROM refused)),
of_network AS (SELECT (f.subject || ' from ' || $7::text) AS subject FROM free f),
window_taken_2 AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $8, $9::timestamptz, 1, $10::timestamptz FROM of_network f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $11::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $12::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $13::timestamptz AND (w.window_ends_at <= $14::timestamptz
      OR w.sent < coalesce($15::int, w.sent + 1)))
    RETURNING w.subject),
within_share AS (SELECT f.subject FROM free f WHERE (f.subject || ' from ' || $16::text) IN (SELECT subject FROM window_taken_2)),
window_taken AS (
    INSERT INTO send_windows AS w (subject, purpose, next_at, sent, window_ends_at)
    SELECT f.subject, $17, $18::timestamptz, 1, $19::timestamptz FROM within_share f
    ON CONFLICT (subject, purpose) DO UPDATE SET next_at = excluded.next_at,
      sent = CASE WHEN w.window_ends_at <= $20::timestamptz THEN 1 ELSE w.sent + 1 END,
      window_ends_at = CASE WHEN w.window_ends_at <= $21::timestamptz THEN excluded.window_ends_at
        ELSE w.window_ends_at END
    WHERE (w.next_at <= $22::timestamptz AND (w.window_ends_at <= $23::timestamptz
      OR w.sent < coalesce($24::int, w.sent + 1)))
    RETURNING w.subject),
allowed AS (SELECT s.* FROM subject s JOIN window_taken USING (subject)),
contact AS (
    SELECT a.id AS account_id, a.security_stamp, a.email, a.phone, a.language,
      CASE WHEN a.second_factor <> 'email' THEN 'email' WHEN a.phone_signs_in AND $25::boolean THEN 'sms' END AS way
    FROM accounts a JOIN allowed f ON f.account_id = a.id),
opening AS (
    SELECT a.subject, c.account_id, NULL::bigint AS session_id, c.security_stamp
    FROM allowed a LEFT JOIN contact c ON c.way = $26
    WHERE $27 = coalesce((SELECT way FROM contact), 'email')),
attempt AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $28::bigint, $29, $30, $31, $32, $33,
          f.subject, f.account_id, f.session_id, $34, $35,
          $36::smallint, $37::timestamptz, $38::timestamptz,
          $39::bigint, $40::bigint,
          $41::bigint, coalesce(f.security_stamp, 0)
        FROM opening f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
opening_2 AS (
    SELECT a.subject, c.account_id, NULL::bigint AS session_id, c.security_stamp
    FROM allowed a LEFT JOIN contact c ON c.way = $42
    WHERE $43 = coalesce((SELECT way FROM contact), 'email')),
attempt_2 AS (
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT $44::bigint, $45, $46, $47, $48, $49,
          f.subject, f.account_id, f.session_id, $50, $51,
          $52::smallint, $53::timestamptz, $54::timestamptz,
          $55::bigint, $56::bigint,
          $57::bigint, coalesce(f.security_stamp, 0)
        FROM opening_2 f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp),
verdict AS (
        SELECT CASE WHEN o.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, NULL::bigint AS session_id,
          o.id AS attempt_id
        FROM subject s LEFT JOIN (SELECT id FROM attempt UNION ALL SELECT id FROM attempt_2) o ON true),
refused_2 AS (
    SELECT f.subject FROM subject f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $58 AND NOT (w.next_at <= $59::timestamptz AND (w.window_ends_at <= $60::timestamptz
      OR w.sent < coalesce($61::int, w.sent + 1)))),
waiting AS (
    SELECT CASE WHEN w.next_at > $62::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_2 f ON w.subject = f.subject WHERE w.purpose = $63),
of_network_2 AS (SELECT (f.subject || ' from ' || $64::text) AS subject FROM subject f),
refused_3 AS (
    SELECT f.subject FROM of_network_2 f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = $65 AND NOT (w.next_at <= $66::timestamptz AND (w.window_ends_at <= $67::timestamptz
      OR w.sent < coalesce($68::int, w.sent + 1)))),
waiting_2 AS (
    SELECT CASE WHEN w.next_at > $69::timestamptz THEN w.next_at ELSE w.window_ends_at END AS next_at
    FROM send_windows w JOIN refused_3 f ON w.subject = f.subject WHERE w.purpose = $70),
strangers_waiting AS (
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM waiting
      UNION ALL SELECT next_at FROM waiting_2) n),
budget_row AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
      ON CONFLICT DO NOTHING RETURNING subject),
budget_row_2 AS (
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt_2
      ON CONFLICT DO NOTHING RETURNING subject),
recipient AS (SELECT c.email AS address, c.language, c.account_id FROM contact c WHERE way = 'email'),
addressed AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($71::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM recipient r WHERE r.address IS NOT NULL),
window_send AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $72, $73::int, $74::int, $75::timestamptz FROM addressed r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $76::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $77::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $78::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $79::timestamptz) OR c.for_anybody + c.for_owners < $80::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $81::int)
    RETURNING c.counted),
within_window AS (SELECT r.* FROM addressed r WHERE EXISTS (SELECT FROM window_send)),
counted AS (SELECT r.counted FROM within_window r),
recipient_send AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $82, ARRAY[$83::timestamptz], $84::timestamptz FROM counted f WHERE least($85::int, $86::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $87::timestamptz) || $88::timestamptz
    WHERE (SELECT count(*) < $89::int AND count(*) FILTER (WHERE t > $90::timestamptz) < $91::int
      FROM unnest(s.sent_at) t WHERE t > $92::timestamptz)
    RETURNING s.recipient AS counted),
left_over AS (SELECT r.* FROM within_window r WHERE NOT EXISTS (SELECT FROM recipient_send)),
of_network_3 AS (SELECT r.counted || ' from ' || $93::text AS counted FROM left_over r),
recipient_send_3 AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $94, ARRAY[$95::timestamptz], $96::timestamptz FROM of_network_3 f WHERE least($97::int, $98::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $99::timestamptz) || $100::timestamptz
    WHERE (SELECT count(*) < $101::int AND count(*) FILTER (WHERE t > $102::timestamptz) < $103::int
      FROM unnest(s.sent_at) t WHERE t > $104::timestamptz)
    RETURNING s.recipient AS counted),
in_share_2 AS (SELECT r.* FROM left_over r WHERE EXISTS (SELECT FROM recipient_send_3)),
counted_2 AS (SELECT r.counted FROM in_share_2 r),
recipient_send_2 AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $105, ARRAY[$106::timestamptz], $107::timestamptz FROM counted_2 f WHERE least($108::int, $109::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $110::timestamptz) || $111::timestamptz
    WHERE (SELECT count(*) < $112::int AND count(*) FILTER (WHERE t > $113::timestamptz) < $114::int
      FROM unnest(s.sent_at) t WHERE t > $115::timestamptz)
    RETURNING s.recipient AS counted),
in_share AS (SELECT r.* FROM within_window r WHERE EXISTS (SELECT FROM recipient_send) OR EXISTS (SELECT FROM recipient_send_2)),
judged AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM within_window) THEN CASE WHEN EXISTS (SELECT FROM in_share) THEN NULL::text ELSE $116::text END ELSE $117::text END END AS withheld FROM addressed r),
message AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $118::bigint, $119::bigint, r.account_id, $120,
      $121::boolean, $122, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $123::text END,
      $124::timestamptz, $125::timestamptz, $126::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $127::timestamptz END, r.withheld, (SELECT c FROM unnest($128::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged r
    RETURNING id),
recipient_2 AS (SELECT c.phone AS address, c.language, c.account_id FROM contact c WHERE way = 'sms'),
addressed_2 AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($129::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM recipient_2 r WHERE r.address IS NOT NULL),
window_send_2 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $130, $131::int, $132::int, $133::timestamptz FROM addressed_2 r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $134::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $135::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $136::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $137::timestamptz) OR c.for_anybody + c.for_owners < $138::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $139::int)
    RETURNING c.counted),
within_window_2 AS (SELECT r.* FROM addressed_2 r WHERE EXISTS (SELECT FROM window_send_2)),
counted_3 AS (SELECT r.counted FROM within_window_2 r),
recipient_send_4 AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $140, ARRAY[$141::timestamptz], $142::timestamptz FROM counted_3 f WHERE least($143::int, $144::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $145::timestamptz) || $146::timestamptz
    WHERE (SELECT count(*) < $147::int AND count(*) FILTER (WHERE t > $148::timestamptz) < $149::int
      FROM unnest(s.sent_at) t WHERE t > $150::timestamptz)
    RETURNING s.recipient AS counted),
left_over_2 AS (SELECT r.* FROM within_window_2 r WHERE NOT EXISTS (SELECT FROM recipient_send_4)),
of_network_4 AS (SELECT r.counted || ' from ' || $151::text AS counted FROM left_over_2 r),
recipient_send_6 AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $152, ARRAY[$153::timestamptz], $154::timestamptz FROM of_network_4 f WHERE least($155::int, $156::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $157::timestamptz) || $158::timestamptz
    WHERE (SELECT count(*) < $159::int AND count(*) FILTER (WHERE t > $160::timestamptz) < $161::int
      FROM unnest(s.sent_at) t WHERE t > $162::timestamptz)
    RETURNING s.recipient AS counted),
in_share_4 AS (SELECT r.* FROM left_over_2 r WHERE EXISTS (SELECT FROM recipient_send_6)),
counted_4 AS (SELECT r.counted FROM in_share_4 r),
recipient_send_5 AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $163, ARRAY[$164::timestamptz], $165::timestamptz FROM counted_4 f WHERE least($166::int, $167::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $168::timestamptz) || $169::timestamptz
    WHERE (SELECT count(*) < $170::int AND count(*) FILTER (WHERE t > $171::timestamptz) < $172::int
      FROM unnest(s.sent_at) t WHERE t > $173::timestamptz)
    RETURNING s.recipient AS counted),
in_share_3 AS (SELECT r.* FROM within_window_2 r WHERE EXISTS (SELECT FROM recipient_send_4) OR EXISTS (SELECT FROM recipient_send_5)),
window_send_3 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT 'texts to ' || coalesce(substring(r.address FROM $174), ''), $175::int, $176::int, $177::timestamptz FROM in_share_3 r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $178::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $179::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $180::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $181::timestamptz) OR c.for_anybody + c.for_owners < $182::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $183::int)
    RETURNING c.counted),
within_window_3 AS (SELECT r.* FROM in_share_3 r WHERE EXISTS (SELECT FROM window_send_3)),
window_send_4 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $184, $185::int, $186::int, $187::timestamptz FROM within_window_3 r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $188::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $189::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $190::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $191::timestamptz) OR c.for_anybody + c.for_owners < $192::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $193::int)
    RETURNING c.counted),
within_window_4 AS (SELECT r.* FROM within_window_3 r WHERE EXISTS (SELECT FROM window_send_4)),
judged_2 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM within_window_2) THEN CASE WHEN EXISTS (SELECT FROM in_share_3) THEN CASE WHEN EXISTS (SELECT FROM within_window_3) THEN CASE WHEN EXISTS (SELECT FROM within_window_4) THEN NULL::text ELSE $194::text END ELSE $195::text END ELSE $196::text END ELSE $197::text END END AS withheld FROM addressed_2 r),
message_2 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $198::bigint, $199::bigint, r.account_id, $200,
      $201::boolean, $202, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $203::text END,
      $204::timestamptz, $205::timestamptz, $206::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $207::timestamptz END, r.withheld, (SELECT c FROM unnest($208::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged_2 r
    RETURNING id),
recipient_3 AS (SELECT c.email AS address, c.language, c.account_id FROM contact c WHERE way IS DISTINCT FROM 'email'),
addressed_3 AS (SELECT r.address, r.language, r.account_id,
  coalesce((
    SELECT translate(CASE WHEN p.tag IS NULL THEN a.local ELSE split_part(a.local, p.tag, 1) END, p.ignored, '') || '@' || p.name
    FROM (SELECT lower(regexp_replace(r.address, '@[^@]*$', '')) AS local, lower(substring(r.address FROM '[^@]*$')) AS domain) a
    JOIN json_to_recordset($209::json) AS p (domain text, name text, ignored text, tag text) USING (domain)
    WHERE split_part(a.local, coalesce(p.tag, '@'), 1) <> ''
  ), lower(r.address)) AS counted FROM recipient_3 r WHERE r.address IS NOT NULL),
window_send_5 AS (
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT $210, $211::int, $212::int, $213::timestamptz FROM addressed_3 r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN (c.window_ends_at <= $214::timestamptz) THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN (c.window_ends_at <= $215::timestamptz) THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN (c.window_ends_at <= $216::timestamptz) THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE (c.window_ends_at <= $217::timestamptz) OR c.for_anybody + c.for_owners < $218::int
      AND (excluded.for_owners > 0 OR c.for_anybody < $219::int)
    RETURNING c.counted),
within_window_5 AS (SELECT r.* FROM addressed_3 r WHERE EXISTS (SELECT FROM window_send_5)),
counted_5 AS (SELECT r.counted FROM within_window_5 r),
recipient_send_7 AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $220, ARRAY[$221::timestamptz], $222::timestamptz FROM counted_5 f WHERE least($223::int, $224::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $225::timestamptz) || $226::timestamptz
    WHERE (SELECT count(*) < $227::int AND count(*) FILTER (WHERE t > $228::timestamptz) < $229::int
      FROM unnest(s.sent_at) t WHERE t > $230::timestamptz)
    RETURNING s.recipient AS counted),
left_over_3 AS (SELECT r.* FROM within_window_5 r WHERE NOT EXISTS (SELECT FROM recipient_send_7)),
of_network_5 AS (SELECT r.counted || ' from ' || $231::text AS counted FROM left_over_3 r),
recipient_send_9 AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $232, ARRAY[$233::timestamptz], $234::timestamptz FROM of_network_5 f WHERE least($235::int, $236::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $237::timestamptz) || $238::timestamptz
    WHERE (SELECT count(*) < $239::int AND count(*) FILTER (WHERE t > $240::timestamptz) < $241::int
      FROM unnest(s.sent_at) t WHERE t > $242::timestamptz)
    RETURNING s.recipient AS counted),
in_share_6 AS (SELECT r.* FROM left_over_3 r WHERE EXISTS (SELECT FROM recipient_send_9)),
counted_6 AS (SELECT r.counted FROM in_share_6 r),
recipient_send_8 AS (
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, $243, ARRAY[$244::timestamptz], $245::timestamptz FROM counted_6 f WHERE least($246::int, $247::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > $248::timestamptz) || $249::timestamptz
    WHERE (SELECT count(*) < $250::int AND count(*) FILTER (WHERE t > $251::timestamptz) < $252::int
      FROM unnest(s.sent_at) t WHERE t > $253::timestamptz)
    RETURNING s.recipient AS counted),
in_share_5 AS (SELECT r.* FROM within_window_5 r WHERE EXISTS (SELECT FROM recipient_send_7) OR EXISTS (SELECT FROM recipient_send_8)),
judged_3 AS (SELECT r.*, CASE WHEN EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address)) THEN 'suppressed' ELSE CASE WHEN EXISTS (SELECT FROM within_window_5) THEN CASE WHEN EXISTS (SELECT FROM in_share_5) THEN NULL::text ELSE $254::text END ELSE $255::text END END AS withheld FROM addressed_3 r),
message_3 AS (
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT $256::bigint, $257::bigint, r.account_id, $258,
      $259::boolean, $260, r.address, r.language, CASE WHEN r.withheld IS NULL THEN $261::text END,
      $262::timestamptz, $263::timestamptz, $264::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN $265::timestamptz END, r.withheld, (SELECT c FROM unnest($266::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)
    FROM judged_3 r
    RETURNING id),
audited AS (
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT $267::bigint, $268::timestamptz, $269, v.outcome, $270, v.account_id, v.session_id, v.attempt_id,
      $271, $272, $273, CASE WHEN (v.outcome = ANY($274::text[])
    OR (v.account_id IS NULL AND $275::text <> ALL($276::text[]))) THEN $277::text || md5(concat_ws(' ', $278::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE $279::text END
    FROM verdict v
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING id)
SELECT counts.*, answer.* FROM (SELECT (SELECT json_agg(tally) FROM (SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt GROUP BY purpose, method UNION ALL SELECT json_build_array('attempt.opened', count(*), purpose, method) FROM attempt_2 GROUP BY purpose, method) tallies (tally)) AS "$tallies") counts LEFT JOIN (SELECT *, true AS "$row" FROM (SELECT (SELECT outcome FROM verdict) AS outcome, (SELECT next_at FROM strangers_waiting) AS next_at) rows) answer ON true;

-- Plan, with any values:
-- Result
--   CTE known
--     ->  LockRows
--           ->  Index Scan using accounts_email_prefix on accounts
--                 Index Cond: (email = $1)
--                 Filter: ((disabled_at IS NULL) AND (activated_at IS NOT NULL))
--   CTE subject
--     ->  Nested Loop Left Join
--           ->  Result
--           ->  CTE Scan on known k
--   CTE free
--     ->  CTE Scan on subject f_1
--           Filter: (NOT (ANY (subject = (hashed SubPlan 3).col1)))
--           SubPlan 3
--             ->  Nested Loop
--                   ->  CTE Scan on subject f
--                   ->  Index Scan using send_windows_pkey on send_windows w
--                         Index Cond: ((subject = f.subject) AND (purpose = $3))
--                         Filter: ((next_at > $4) OR ((window_ends_at > $5) AND (sent >= COALESCE($6, (sent + 1)))))
--   CTE window_taken_2
--     ->  Insert on send_windows w_1
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_1.next_at <= $13) AND ((w_1.window_ends_at <= $14) OR (w_1.sent < COALESCE($15, (w_1.sent + 1)))))
--           ->  CTE Scan on free f_2
--   CTE window_taken
--     ->  Insert on send_windows w_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_windows_pkey
--           Conflict Filter: ((w_2.next_at <= $22) AND ((w_2.window_ends_at <= $23) OR (w_2.sent < COALESCE($24, (w_2.sent + 1)))))
--           ->  Nested Loop Semi Join
--                 Join Filter: (((f_3.subject || ' from '::text) || $16) = window_taken_2.subject)
--                 ->  CTE Scan on free f_3
--                 ->  CTE Scan on window_taken_2
--   CTE allowed
--     ->  Nested Loop
--           Join Filter: (s.subject = window_taken.subject)
--           ->  CTE Scan on subject s
--           ->  CTE Scan on window_taken
--   CTE contact
--     ->  Nested Loop
--           ->  CTE Scan on allowed f_4
--           ->  Index Scan using accounts_pkey on accounts a
--                 Index Cond: (id = f_4.account_id)
--   CTE attempt
--     ->  Insert on attempts
--           InitPlan 9
--             ->  CTE Scan on contact
--           ->  Result
--                 One-Time Filter: ($27 = COALESCE((InitPlan 9).col1, 'email'::text))
--                 ->  Nested Loop Left Join
--                       ->  CTE Scan on allowed a_1
--                       ->  CTE Scan on contact c
--                             Filter: (way = $26)
--   CTE attempt_2
--     ->  Insert on attempts attempts_1
--           InitPlan 11
--             ->  CTE Scan on contact contact_1
--           ->  Result
--                 One-Time Filter: ($43 = COALESCE((InitPlan 11).col1, 'email'::text))
--                 ->  Nested Loop Left Join
--                       ->  CTE Scan on allowed a_2
--                       ->  CTE Scan on contact c_1
--                             Filter: (way = $42)
--   CTE verdict
--     ->  Nested Loop Left Join
--           ->  CTE Scan on subject s_1
--           ->  Append
--                 ->  CTE Scan on attempt
--                 ->  CTE Scan on attempt_2
--   CTE budget_row
--     ->  Insert on guess_budgets
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt attempt_1
--   CTE budget_row_2
--     ->  Insert on guess_budgets guess_budgets_1
--           Conflict Resolution: NOTHING
--           ->  CTE Scan on attempt_2 attempt_2_1
--   CTE addressed
--     ->  CTE Scan on contact c_2
--           Filter: ((email IS NOT NULL) AND (way = 'email'::text))
--           SubPlan 16
--             ->  Function Scan on json_to_recordset p
--                   Filter: ((lower("substring"(c_2.email, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(c_2.email, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE window_send
--     ->  Insert on send_counts c_3
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_3.window_ends_at <= $79) OR (((c_3.for_anybody + c_3.for_owners) < $80) AND ((excluded_2.for_owners > 0) OR (c_3.for_anybody < $81))))
--           ->  CTE Scan on addressed r
--   CTE within_window
--     ->  Result
--           One-Time Filter: (InitPlan 19).col1
--           InitPlan 19
--             ->  CTE Scan on window_send
--           ->  CTE Scan on addressed r_1
--   CTE recipient_send
--     ->  Insert on recipient_sends s_2
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 22)
--           ->  Result
--                 One-Time Filter: (LEAST($85, $86) > 0)
--                 ->  CTE Scan on within_window r_2
--           SubPlan 21
--             ->  Function Scan on unnest t
--                   Filter: (t > $87)
--           SubPlan 22
--             ->  Aggregate
--                   ->  Function Scan on unnest t_1
--                         Filter: (t > $92)
--   CTE left_over
--     ->  Result
--           One-Time Filter: (NOT (InitPlan 24).col1)
--           InitPlan 24
--             ->  CTE Scan on recipient_send
--           ->  CTE Scan on within_window r_3
--   CTE recipient_send_3
--     ->  Insert on recipient_sends s_3
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 27)
--           ->  Result
--                 One-Time Filter: (LEAST($97, $98) > 0)
--                 ->  CTE Scan on left_over r_4
--           SubPlan 26
--             ->  Function Scan on unnest t_2
--                   Filter: (t > $99)
--           SubPlan 27
--             ->  Aggregate
--                   ->  Function Scan on unnest t_3
--                         Filter: (t > $104)
--   CTE recipient_send_2
--     ->  Insert on recipient_sends s_4
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 31)
--           InitPlan 29
--             ->  CTE Scan on recipient_send_3
--           ->  Result
--                 One-Time Filter: ((InitPlan 29).col1 AND (LEAST($108, $109) > 0))
--                 ->  CTE Scan on left_over r_5
--           SubPlan 30
--             ->  Function Scan on unnest t_4
--                   Filter: (t > $110)
--           SubPlan 31
--             ->  Aggregate
--                   ->  Function Scan on unnest t_5
--                         Filter: (t > $115)
--   CTE message
--     ->  Insert on messages
--           InitPlan 35
--             ->  CTE Scan on within_window
--           InitPlan 38
--             ->  Result
--                   One-Time Filter: ((InitPlan 36).col1 OR (InitPlan 37).col1)
--                   InitPlan 36
--                     ->  CTE Scan on recipient_send recipient_send_1
--                   InitPlan 37
--                     ->  CTE Scan on recipient_send_2
--                   ->  CTE Scan on within_window r_6
--           InitPlan 41
--             ->  CTE Scan on within_window within_window_1
--           InitPlan 44
--             ->  Result
--                   One-Time Filter: ((InitPlan 42).col1 OR (InitPlan 43).col1)
--                   InitPlan 42
--                     ->  CTE Scan on recipient_send recipient_send_4
--                   InitPlan 43
--                     ->  CTE Scan on recipient_send_2 recipient_send_2_1
--                   ->  CTE Scan on within_window r_7
--           InitPlan 47
--             ->  CTE Scan on within_window within_window_2
--           InitPlan 50
--             ->  Result
--                   One-Time Filter: ((InitPlan 48).col1 OR (InitPlan 49).col1)
--                   InitPlan 48
--                     ->  CTE Scan on recipient_send recipient_send_5
--                   InitPlan 49
--                     ->  CTE Scan on recipient_send_2 recipient_send_2_2
--                   ->  CTE Scan on within_window r_8
--           InitPlan 53
--             ->  CTE Scan on within_window within_window_3
--           InitPlan 56
--             ->  Result
--                   One-Time Filter: ((InitPlan 54).col1 OR (InitPlan 55).col1)
--                   InitPlan 54
--                     ->  CTE Scan on recipient_send recipient_send_6
--                   InitPlan 55
--                     ->  CTE Scan on recipient_send_2 recipient_send_2_3
--                   ->  CTE Scan on within_window r_9
--           InitPlan 57
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_4
--                         ->  Index Only Scan using messages_reference on messages m
--                               Index Cond: (reference = c_4.c)
--           ->  CTE Scan on addressed r_10
--                 SubPlan 33
--                   ->  Seq Scan on suppressed_addresses b
--                         Filter: (address = lower(r_10.address))
--                 SubPlan 39
--                   ->  Seq Scan on suppressed_addresses b_1
--                         Filter: (address = lower(r_10.address))
--                 SubPlan 45
--                   ->  Seq Scan on suppressed_addresses b_2
--                         Filter: (address = lower(r_10.address))
--                 SubPlan 51
--                   ->  Seq Scan on suppressed_addresses b_3
--                         Filter: (address = lower(r_10.address))
--   CTE addressed_2
--     ->  CTE Scan on contact c_5
--           Filter: ((phone IS NOT NULL) AND (way = 'sms'::text))
--           SubPlan 59
--             ->  Function Scan on json_to_recordset p_1
--                   Filter: ((lower("substring"(c_5.phone, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(c_5.phone, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE window_send_2
--     ->  Insert on send_counts c_6
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_6.window_ends_at <= $137) OR (((c_6.for_anybody + c_6.for_owners) < $138) AND ((excluded_6.for_owners > 0) OR (c_6.for_anybody < $139))))
--           ->  CTE Scan on addressed_2 r_11
--   CTE within_window_2
--     ->  Result
--           One-Time Filter: (InitPlan 62).col1
--           InitPlan 62
--             ->  CTE Scan on window_send_2
--           ->  CTE Scan on addressed_2 r_12
--   CTE recipient_send_4
--     ->  Insert on recipient_sends s_5
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 65)
--           ->  Result
--                 One-Time Filter: (LEAST($143, $144) > 0)
--                 ->  CTE Scan on within_window_2 r_13
--           SubPlan 64
--             ->  Function Scan on unnest t_6
--                   Filter: (t > $145)
--           SubPlan 65
--             ->  Aggregate
--                   ->  Function Scan on unnest t_7
--                         Filter: (t > $150)
--   CTE left_over_2
--     ->  Result
--           One-Time Filter: (NOT (InitPlan 67).col1)
--           InitPlan 67
--             ->  CTE Scan on recipient_send_4 recipient_send_4_1
--           ->  CTE Scan on within_window_2 r_14
--   CTE recipient_send_6
--     ->  Insert on recipient_sends s_6
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 70)
--           ->  Result
--                 One-Time Filter: (LEAST($155, $156) > 0)
--                 ->  CTE Scan on left_over_2 r_15
--           SubPlan 69
--             ->  Function Scan on unnest t_8
--                   Filter: (t > $157)
--           SubPlan 70
--             ->  Aggregate
--                   ->  Function Scan on unnest t_9
--                         Filter: (t > $162)
--   CTE recipient_send_5
--     ->  Insert on recipient_sends s_7
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 74)
--           InitPlan 72
--             ->  CTE Scan on recipient_send_6 recipient_send_6_1
--           ->  Result
--                 One-Time Filter: ((InitPlan 72).col1 AND (LEAST($166, $167) > 0))
--                 ->  CTE Scan on left_over_2 r_16
--           SubPlan 73
--             ->  Function Scan on unnest t_10
--                   Filter: (t > $168)
--           SubPlan 74
--             ->  Aggregate
--                   ->  Function Scan on unnest t_11
--                         Filter: (t > $173)
--   CTE in_share_3
--     ->  Result
--           One-Time Filter: ((InitPlan 76).col1 OR (InitPlan 77).col1)
--           InitPlan 76
--             ->  CTE Scan on recipient_send_4 recipient_send_4_2
--           InitPlan 77
--             ->  CTE Scan on recipient_send_5 recipient_send_5_1
--           ->  CTE Scan on within_window_2 r_17
--   CTE window_send_3
--     ->  Insert on send_counts c_7
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_7.window_ends_at <= $181) OR (((c_7.for_anybody + c_7.for_owners) < $182) AND ((excluded_10.for_owners > 0) OR (c_7.for_anybody < $183))))
--           ->  CTE Scan on in_share_3 r_18
--   CTE within_window_3
--     ->  Result
--           One-Time Filter: (InitPlan 80).col1
--           InitPlan 80
--             ->  CTE Scan on window_send_3
--           ->  CTE Scan on in_share_3 r_19
--   CTE window_send_4
--     ->  Insert on send_counts c_8
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_8.window_ends_at <= $191) OR (((c_8.for_anybody + c_8.for_owners) < $192) AND ((excluded_11.for_owners > 0) OR (c_8.for_anybody < $193))))
--           ->  CTE Scan on within_window_3 r_20
--   CTE message_2
--     ->  Insert on messages messages_1
--           InitPlan 85
--             ->  CTE Scan on within_window_2 within_window_2_1
--           InitPlan 86
--             ->  CTE Scan on in_share_3
--           InitPlan 87
--             ->  CTE Scan on within_window_3 within_window_3_1
--           InitPlan 89
--             ->  Result
--                   One-Time Filter: (InitPlan 88).col1
--                   InitPlan 88
--                     ->  CTE Scan on window_send_4
--                   ->  CTE Scan on within_window_3 r_21
--           InitPlan 92
--             ->  CTE Scan on within_window_2 within_window_2_2
--           InitPlan 93
--             ->  CTE Scan on in_share_3 in_share_3_1
--           InitPlan 94
--             ->  CTE Scan on within_window_3 within_window_3_2
--           InitPlan 96
--             ->  Result
--                   One-Time Filter: (InitPlan 95).col1
--                   InitPlan 95
--                     ->  CTE Scan on window_send_4 window_send_4_1
--                   ->  CTE Scan on within_window_3 r_22
--           InitPlan 99
--             ->  CTE Scan on within_window_2 within_window_2_3
--           InitPlan 100
--             ->  CTE Scan on in_share_3 in_share_3_2
--           InitPlan 101
--             ->  CTE Scan on within_window_3 within_window_3_3
--           InitPlan 103
--             ->  Result
--                   One-Time Filter: (InitPlan 102).col1
--                   InitPlan 102
--                     ->  CTE Scan on window_send_4 window_send_4_2
--                   ->  CTE Scan on within_window_3 r_23
--           InitPlan 106
--             ->  CTE Scan on within_window_2 within_window_2_4
--           InitPlan 107
--             ->  CTE Scan on in_share_3 in_share_3_3
--           InitPlan 108
--             ->  CTE Scan on within_window_3 within_window_3_4
--           InitPlan 110
--             ->  Result
--                   One-Time Filter: (InitPlan 109).col1
--                   InitPlan 109
--                     ->  CTE Scan on window_send_4 window_send_4_3
--                   ->  CTE Scan on within_window_3 r_24
--           InitPlan 111
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_9
--                         ->  Index Only Scan using messages_reference on messages m_1
--                               Index Cond: (reference = c_9.c)
--           ->  CTE Scan on addressed_2 r_25
--                 SubPlan 83
--                   ->  Seq Scan on suppressed_addresses b_4
--                         Filter: (address = lower(r_25.address))
--                 SubPlan 90
--                   ->  Seq Scan on suppressed_addresses b_5
--                         Filter: (address = lower(r_25.address))
--                 SubPlan 97
--                   ->  Seq Scan on suppressed_addresses b_6
--                         Filter: (address = lower(r_25.address))
--                 SubPlan 104
--                   ->  Seq Scan on suppressed_addresses b_7
--                         Filter: (address = lower(r_25.address))
--   CTE addressed_3
--     ->  CTE Scan on contact c_10
--           Filter: ((email IS NOT NULL) AND (way IS DISTINCT FROM 'email'::text))
--           SubPlan 113
--             ->  Function Scan on json_to_recordset p_2
--                   Filter: ((lower("substring"(c_10.email, '[^@]*$'::text)) = domain) AND (split_part(lower(regexp_replace(c_10.email, '@[^@]*$'::text, ''::text)), COALESCE(tag, '@'::text), 1) <> ''::text))
--   CTE window_send_5
--     ->  Insert on send_counts c_11
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: send_counts_pkey
--           Conflict Filter: ((c_11.window_ends_at <= $217) OR (((c_11.for_anybody + c_11.for_owners) < $218) AND ((excluded_12.for_owners > 0) OR (c_11.for_anybody < $219))))
--           ->  CTE Scan on addressed_3 r_26
--   CTE within_window_5
--     ->  Result
--           One-Time Filter: (InitPlan 116).col1
--           InitPlan 116
--             ->  CTE Scan on window_send_5
--           ->  CTE Scan on addressed_3 r_27
--   CTE recipient_send_7
--     ->  Insert on recipient_sends s_8
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 119)
--           ->  Result
--                 One-Time Filter: (LEAST($223, $224) > 0)
--                 ->  CTE Scan on within_window_5 r_28
--           SubPlan 118
--             ->  Function Scan on unnest t_12
--                   Filter: (t > $225)
--           SubPlan 119
--             ->  Aggregate
--                   ->  Function Scan on unnest t_13
--                         Filter: (t > $230)
--   CTE left_over_3
--     ->  Result
--           One-Time Filter: (NOT (InitPlan 121).col1)
--           InitPlan 121
--             ->  CTE Scan on recipient_send_7
--           ->  CTE Scan on within_window_5 r_29
--   CTE recipient_send_9
--     ->  Insert on recipient_sends s_9
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 124)
--           ->  Result
--                 One-Time Filter: (LEAST($235, $236) > 0)
--                 ->  CTE Scan on left_over_3 r_30
--           SubPlan 123
--             ->  Function Scan on unnest t_14
--                   Filter: (t > $237)
--           SubPlan 124
--             ->  Aggregate
--                   ->  Function Scan on unnest t_15
--                         Filter: (t > $242)
--   CTE recipient_send_8
--     ->  Insert on recipient_sends s_10
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: recipient_sends_pkey
--           Conflict Filter: (SubPlan 128)
--           InitPlan 126
--             ->  CTE Scan on recipient_send_9
--           ->  Result
--                 One-Time Filter: ((InitPlan 126).col1 AND (LEAST($246, $247) > 0))
--                 ->  CTE Scan on left_over_3 r_31
--           SubPlan 127
--             ->  Function Scan on unnest t_16
--                   Filter: (t > $248)
--           SubPlan 128
--             ->  Aggregate
--                   ->  Function Scan on unnest t_17
--                         Filter: (t > $253)
--   CTE message_3
--     ->  Insert on messages messages_2
--           InitPlan 132
--             ->  CTE Scan on within_window_5
--           InitPlan 135
--             ->  Result
--                   One-Time Filter: ((InitPlan 133).col1 OR (InitPlan 134).col1)
--                   InitPlan 133
--                     ->  CTE Scan on recipient_send_7 recipient_send_7_1
--                   InitPlan 134
--                     ->  CTE Scan on recipient_send_8
--                   ->  CTE Scan on within_window_5 r_32
--           InitPlan 138
--             ->  CTE Scan on within_window_5 within_window_5_1
--           InitPlan 141
--             ->  Result
--                   One-Time Filter: ((InitPlan 139).col1 OR (InitPlan 140).col1)
--                   InitPlan 139
--                     ->  CTE Scan on recipient_send_7 recipient_send_7_2
--                   InitPlan 140
--                     ->  CTE Scan on recipient_send_8 recipient_send_8_1
--                   ->  CTE Scan on within_window_5 r_33
--           InitPlan 144
--             ->  CTE Scan on within_window_5 within_window_5_2
--           InitPlan 147
--             ->  Result
--                   One-Time Filter: ((InitPlan 145).col1 OR (InitPlan 146).col1)
--                   InitPlan 145
--                     ->  CTE Scan on recipient_send_7 recipient_send_7_3
--                   InitPlan 146
--                     ->  CTE Scan on recipient_send_8 recipient_send_8_2
--                   ->  CTE Scan on within_window_5 r_34
--           InitPlan 150
--             ->  CTE Scan on within_window_5 within_window_5_3
--           InitPlan 153
--             ->  Result
--                   One-Time Filter: ((InitPlan 151).col1 OR (InitPlan 152).col1)
--                   InitPlan 151
--                     ->  CTE Scan on recipient_send_7 recipient_send_7_4
--                   InitPlan 152
--                     ->  CTE Scan on recipient_send_8 recipient_send_8_3
--                   ->  CTE Scan on within_window_5 r_35
--           InitPlan 154
--             ->  Limit
--                   ->  Nested Loop Anti Join
--                         ->  Function Scan on unnest c_12
--                         ->  Index Only Scan using messages_reference on messages m_2
--                               Index Cond: (reference = c_12.c)
--           ->  CTE Scan on addressed_3 r_36
--                 SubPlan 130
--                   ->  Seq Scan on suppressed_addresses b_8
--                         Filter: (address = lower(r_36.address))
--                 SubPlan 136
--                   ->  Seq Scan on suppressed_addresses b_9
--                         Filter: (address = lower(r_36.address))
--                 SubPlan 142
--                   ->  Seq Scan on suppressed_addresses b_10
--                         Filter: (address = lower(r_36.address))
--                 SubPlan 148
--                   ->  Seq Scan on suppressed_addresses b_11
--                         Filter: (address = lower(r_36.address))
--   CTE audited
--     ->  Insert on audit_events e
--           Conflict Resolution: UPDATE
--           Conflict Arbiter Indexes: audit_events_repeat_key
--           ->  CTE Scan on verdict v
--   InitPlan 157
--     ->  Aggregate
--           ->  Append
--                 ->  Subquery Scan on "*SELECT* 1"
--                       ->  HashAggregate
--                             Group Key: attempt_3.purpose, attempt_3.method
--                             ->  CTE Scan on attempt attempt_3
--                 ->  Subquery Scan on "*SELECT* 2"
--                       ->  HashAggregate
--                             Group Key: attempt_2_2.purpose, attempt_2_2.method
--                             ->  CTE Scan on attempt_2 attempt_2_2
--   InitPlan 158
--     ->  CTE Scan on verdict
--   InitPlan 159
--     ->  Aggregate
--           ->  Append
--                 ->  Nested Loop
--                       Join Filter: (w_4.subject = f_5.subject)
--                       ->  Nested Loop
--                             ->  CTE Scan on subject f_5
--                             ->  Index Scan using send_windows_pkey on send_windows w_3
--                                   Index Cond: ((subject = f_5.subject) AND (purpose = $63))
--                       ->  Index Scan using send_windows_pkey on send_windows w_4
--                             Index Cond: ((subject = w_3.subject) AND (purpose = $58))
--                             Filter: ((next_at > $59) OR ((window_ends_at > $60) AND (sent >= COALESCE($61, (sent + 1)))))
--                 ->  Nested Loop
--                       ->  Nested Loop
--                             ->  CTE Scan on subject f_6
--                             ->  Index Scan using send_windows_pkey on send_windows w_5
--                                   Index Cond: ((subject = ((f_6.subject || ' from '::text) || $64)) AND (purpose = $70))
--                       ->  Index Scan using send_windows_pkey on send_windows w_6
--                             Index Cond: ((subject = w_5.subject) AND (purpose = $65))
--                             Filter: ((next_at > $66) OR ((window_ends_at > $67) AND (sent >= COALESCE($68, (sent + 1)))))
