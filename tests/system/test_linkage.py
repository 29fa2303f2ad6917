"""The daemon and the command line link no parser and no engine (law 3); the reader links no network and no database library."""
import subprocess
import unittest

from tocsin_system import BUILD

PARSERS = ("libclamav", "libyara", "libarchive", "libqpdf", "libpoppler", "libmodest", "libicu", "libzbar", "libpng", "libjpeg",
           "libmagic", "libytnef", "libpsl", "libexttextcat")
NETWORK_AND_STORE = ("libboost", "libsoci", "libpq", "libsqlite3", "libcurl", "libunbound",
                     "libmaxminddb")


def needed(program):
    """Libraries that the program itself asks for (not what they ask for in turn)."""
    output = subprocess.run(["readelf", "-d", str(BUILD / program)], capture_output=True, text=True, check=True).stdout
    return [line.split("[", 1)[1].rstrip("]") for line in output.splitlines() if "(NEEDED)" in line]


class Linkage(unittest.TestCase):
    def test_daemon_links_no_parser(self):
        libraries = needed("tocsin")
        self.assertTrue(libraries)
        self.assertEqual([name for name in libraries if name.startswith(PARSERS)], [])

    def test_reader_links_no_network_and_no_store(self):
        libraries = needed("tocsin-reader")
        self.assertTrue(any(name.startswith("libclamav") for name in libraries))
        self.assertEqual([name for name in libraries if name.startswith(NETWORK_AND_STORE)], [])


if __name__ == "__main__":
    unittest.main()
