-- Wordings of claims that were taken from the erased posts, or hold the erased text.
DELETE FROM claim_paraphrase WHERE post_key IN (FROM erase_target) OR contains(paraphrase, $text::TEXT)
