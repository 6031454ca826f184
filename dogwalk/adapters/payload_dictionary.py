"""What payloads of ours have in common, told to zlib beforehand: most are shorter than what they would need to repeat.

This never changes, for histories that were written with it must be read: another dictionary is another encoding's name.
What is likeliest stands last, where references to it are shortest.
"""

from __future__ import annotations

DICTIONARY = (
    b'"quote_ttl_s":900,"preferred_walker_ids":[],"market_id":"area":"starts_at":"ends_at":"asap":false,"price":{'
    b'"currency":"usd","lines_total":,"service_fee":,"total":'
    b'"Walk in ", 00:00Z""Hold the money""Ask how the hold stands""Ask walkers, wave 1""Offers lapse""A walker declines"'
    b'"Assign the walker""Net: the walk is overdue""on_the_way""arrive""start""Stop tracking, judge the walk"'
    b'"Capture or release""Walker\'s pay is due""Pay out, balance, close"'
    b'{"transferred":,"balanced":true}{"payment_status":"captured","captured":,"refunded":0}'
    b'{"status":"held","capture_before":"2026-12-04T00:00:00Z"}{"walker_ids":["'
    b'","off_session":false,"action_expires_at":","charge":{"captured":,"refunded":0,"walker_share":,"platform_fee":},'
    b'"payout_due_at":","round":1,"wave":1,"size":3,"only":[],"radius_percent":100,"expires_at":"'
    b'","booked_s":1800,"ended_early":false,"policy":{"on_the_way_before_s":5400,"start_before_s":900,'
    b'"command_age_max_s":7200,"ahead_max_s":120,"home_radius_m":75.0,"shown_within_m":300.0,"served_percent":90,'
    b'"not_served_below_s":300,"coverage_min_percent":80,"net_after_end_s":5400}}'
    b'{"state":{"version":0,"status":"requested","matching","outcome":"cancelled_by_owner","on_the_way","arrived",'
    b'"in_progress","assigned","status":"closed","status":"completed","outcome":"completed","payment_status":"captured",'
    b'"payment_status":"held","payment_method_id":"pm_","walker_id":"01a","assignment_no":1,"bonus":0,'
    b'"assigned_at":"2026-11-27T00:00:00.000000Z","on_the_way_at":"2026-11-27T00:00:00.000000Z","arrived_at":"2026-'
    b'Z","started_at":"2026-Z","finished_at":"2026-Z","ended_at":"2026-Z","closed_at":"2026-Z","summary":{'
    b'"distance_m":1000,"moving_s":1000,"duration_s":1800,"positions":1801,"verdict":"served","reasons":[],'
    b'"served_s":1800,"evidence_complete":true}}},"number":1,"payment_method_id":"pm_","assignment_no":1,"bonus":0,'
    b'"walker_id":"01a"}"reason":""}'
    b'\n\x17\n\x08encoding\x12\x0bbinary/null\n\x16\n\x08encoding\x12\njson/plain\x12"{"walker_id":"01a","at":"2026-'
    b'\n\x16\n\x08encoding\x12\njson/plain\x12\xff\x01{"state":{"version":,"status":"'
    b'\n\x16\n\x08encoding\x12\njson/plain\x12\xff\x02{"change":{"booking_id":"01a","version":,"at":"2026-11-27T00:00:'
    b'00.000000Z","actor":"system"},"actor":"owner"},"actor":"walker"},"assignment_no":1,"walker_id":"01a'
)
