"""Whether the admin UI still is as a person learned it: baseline, recordings, check, proposals, acceptance."""
