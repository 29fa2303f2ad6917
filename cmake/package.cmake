# What is installed, and the Debian package that CPack makes of it: `make package`, or cpack -G DEB in the build folder.
include(GNUInstallDirs)

# Manual pages and shell completion say what the program says of itself, so they are made by asking it.
set(man_folder ${CMAKE_BINARY_DIR}/man)
set(man_pages ${man_folder}/tocsin.1 ${man_folder}/tocsin-serve.1 ${man_folder}/tocsin.toml.5)
file(GLOB man_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/packaging/man/*.md)
add_custom_command(OUTPUT ${man_pages}
    COMMAND ${CMAKE_SOURCE_DIR}/tools/make-man-pages $<TARGET_FILE:tocsin> ${PROJECT_VERSION} ${man_folder}
    DEPENDS tocsin ${man_sources} ${CMAKE_SOURCE_DIR}/tools/make-man-pages)
set(bash_completion ${CMAKE_BINARY_DIR}/completion/tocsin)
add_custom_command(OUTPUT ${bash_completion}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/completion
    COMMAND $<TARGET_FILE:tocsin> completion bash > ${bash_completion}
    DEPENDS tocsin)
set(changelog ${CMAKE_BINARY_DIR}/changelog.gz)
add_custom_command(OUTPUT ${changelog}
    COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/packaging/debian/changelog > ${changelog}
    DEPENDS ${CMAKE_SOURCE_DIR}/packaging/debian/changelog)
add_custom_target(tocsin-documents ALL DEPENDS ${man_pages} ${bash_completion} ${changelog})

install(TARGETS tocsin RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# Where src/cli/reader_setup.cpp looks for it.
install(TARGETS tocsin-reader RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/tocsin)
foreach(page ${man_pages})
    string(REGEX MATCH "[0-9]$" section ${page})
    install(FILES ${page}.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()
install(FILES ${bash_completion} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES packaging/tocsin.service DESTINATION lib/systemd/system)
install(FILES packaging/tocsin.sysusers DESTINATION lib/sysusers.d RENAME tocsin.conf)
install(FILES packaging/tocsin.toml DESTINATION /etc/tocsin)
install(DIRECTORY rules playbooks DESTINATION ${CMAKE_INSTALL_DATADIR}/tocsin)
install(FILES README.md ASSURANCE.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tocsin)
install(FILES packaging/debian/copyright ${changelog} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tocsin)
install(DIRECTORY docs/manual DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tocsin FILES_MATCHING PATTERN "*.md")
install(FILES docs/api/openapi.json DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tocsin/api)
install(FILES packaging/debian/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME tocsin)

# `cpack` packs what was built; without this it would first build every test.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tocsin)
set(CPACK_PACKAGE_VENDOR Tocsin)
set(CPACK_PACKAGE_CONTACT "The Tocsin authors <tocsin@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "mail gate that reads hostile mail in confined processes")
string(CONCAT CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Tocsin scans mail that comes in and mail that goes out, as SMTP proxy, milter,\n"
    "or in place of rspamd or clamd. What is hostile is held. What could not be\n"
    "scanned is never called clean. Parsers and engines run in processes without\n"
    "network, files or other programs.")
# /etc is outside the prefix, so files are staged with DESTDIR.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION mail)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# adduser-free: systemd-sysusers makes the user. publicsuffix is what libpsl reads.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers, publicsuffix")
# Tesseract is loaded at run time, by readers whose rules ask for the text in pictures.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "clamav-freshclam, libtesseract5, tesseract-ocr-eng")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postfix | exim4")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_SOURCE_DIR}/packaging/debian/postinst ${CMAKE_SOURCE_DIR}/packaging/debian/prerm
    ${CMAKE_SOURCE_DIR}/packaging/debian/postrm ${CMAKE_SOURCE_DIR}/packaging/debian/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
