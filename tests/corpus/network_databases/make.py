#!/usr/bin/python3
"""Makes the MaxMind DB files beside it: addresses and numbers for documentation only (RFC 5737, 3849, 5398)."""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "system"))
from mmdb_writer import UINT16, Sized, write  # noqa: E402

write(HERE / "asn.mmdb", database_type="GeoLite2-ASN", networks={
    "192.0.2.0/24": {"autonomous_system_number": 64500, "autonomous_system_organization": "Example"},
    "198.51.100.0/25": {"autonomous_system_number": Sized(64501, UINT16)},
    "203.0.113.0/24": {"autonomous_system_number": 0},
    "2001:db8::/32": {"autonomous_system_number": 4_294_967_294},
})
write(HERE / "country.mmdb", database_type="GeoLite2-Country", ip_version=4, networks={
    "192.0.2.0/24": {"country": {"iso_code": "DE", "names": {"en": "Germany"}}, "registered_country": {"iso_code": "US"}},
    "198.51.100.0/24": {"registered_country": {"iso_code": "BR"}},
    "203.0.113.0/24": {"continent": {"code": "EU"}},
})
write(HERE / "flat.mmdb", database_type="ipinfo example", networks={
    "192.0.2.0/24": {"asn": "AS64500", "country": "Germany", "country_code": "de"},
    "198.51.100.0/24": {"asn": "64501", "country": "BR", "country_name": "Brazil"},
    "203.0.113.0/24": {"asn": "Example Ltd", "country": "Neverland"},
    "2001:db8::/32": {"asn": 64502, "country": ["DE"]},
})
