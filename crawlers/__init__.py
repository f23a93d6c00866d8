"""Crawlers: fetch public posts politely, archive, parse, pseudonymise; write landing files."""
