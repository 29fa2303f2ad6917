# Every third-party library, found once. docs/dependencies.md says why each is here.
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(Threads REQUIRED)
foreach(pair "SODIUM:libsodium" "CRYPTO:libcrypto" "SSL:libssl" "SECCOMP:libseccomp" "ICU:icu-uc icu-i18n" "PSL:libpsl"
             "CLAMAV:libclamav" "YARA:yara" "ARCHIVE:libarchive" "QPDF:libqpdf" "POPPLER:poppler-cpp" "ZBAR:zbar"
             "PNG:libpng" "JPEG:libjpeg" "SQLITE:sqlite3" "CURL:libcurl" "ZSTD:libzstd" "MAXMIND:libmaxminddb"
             "REGEX:re2" "HYPERSCAN:libhs" "YAML:yaml-cpp" "LANGUAGES:libexttextcat")
    string(REGEX MATCH "^([A-Z]+):(.*)$" _ "${pair}")
    set(_name ${CMAKE_MATCH_1})
    string(REPLACE " " ";" _modules "${CMAKE_MATCH_2}")
    pkg_check_modules(${_name} REQUIRED IMPORTED_TARGET ${_modules})
endforeach()
find_library(MODEST_LIBRARY modest REQUIRED)
find_library(MAGIC_LIBRARY magic REQUIRED)
# Its .pc file asks for packages that only a static library would need.
find_library(UNBOUND_LIBRARY unbound REQUIRED)
