"""The durable queue: requests that wait, the workers that carry them out, and what nobody may lose under kill -9."""
