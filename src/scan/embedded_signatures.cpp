#include "scan/embedded_signatures.hpp"

// TOCSIN_SIGNATURES is the folder signatures/ of the source tree (src/scan/CMakeLists.txt). The assembler copies the file into
// the read-only data of the program: no generated source, and a change of the file rebuilds this one only.
__asm__(".section .rodata\n"
        ".global tocsin_embedded_ndb_begin\n"
        ".global tocsin_embedded_ndb_end\n"
        "tocsin_embedded_ndb_begin:\n"
        ".incbin \"" TOCSIN_SIGNATURES "/tocsin.ndb\"\n"
        "tocsin_embedded_ndb_end:\n"
        ".byte 0\n"
        ".previous\n");

extern "C" {
extern const char tocsin_embedded_ndb_begin[];
extern const char tocsin_embedded_ndb_end[];
}

namespace tocsin::scan {

std::string_view embedded_ndb() {
    return {tocsin_embedded_ndb_begin,
            static_cast<std::size_t>(tocsin_embedded_ndb_end - tocsin_embedded_ndb_begin)};
}

}  // namespace tocsin::scan
