# Warnings and hardening that every target of ours carries, through one INTERFACE target.
add_library(tocsin_options INTERFACE)
target_include_directories(tocsin_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(tocsin_options INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast
    -Wformat=2 -Wvla -Wno-missing-field-initializers)
# -Wnull-dereference is left out: g++ 12 reports it inside its own std::vector at -O2. So does it -Wrestrict, for
# "text" + std::string (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(tocsin_options INTERFACE -Wno-restrict)
endif()
target_compile_definitions(tocsin_options INTERFACE _GLIBCXX_ASSERTIONS
    TOCSIN_VERSION="${PROJECT_VERSION}")
if(TOCSIN_WERROR)
    target_compile_options(tocsin_options INTERFACE -Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
    target_compile_options(tocsin_options INTERFACE -fstack-protector-strong)
    target_compile_definitions(tocsin_options INTERFACE _FORTIFY_SOURCE=2)
    target_link_options(tocsin_options INTERFACE -Wl,-z,relro,-z,now -pie)
endif()
# Left out of UBSan, a half of its compile time: a null pointer ends the program by itself, ASan sees what object-size would, and
# vptr asks for type information that SOCI does not have.
set(left_out_of_ubsan -fno-sanitize=null,object-size,vptr)
if(TOCSIN_SANITIZE)
    # TOCSIN_UNCONFINED: a sanitizer's runtime needs calls that the reader's filter forbids (OpenSSH documents the same).
    target_compile_options(tocsin_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
        ${left_out_of_ubsan} -fno-omit-frame-pointer)
    target_link_options(tocsin_options INTERFACE -fsanitize=address,undefined)
    target_compile_definitions(tocsin_options INTERFACE TOCSIN_UNCONFINED=1 BOOST_USE_ASAN BOOST_USE_UCONTEXT)
endif()
if(TOCSIN_FUZZ)
    target_compile_options(tocsin_options INTERFACE -fsanitize=fuzzer-no-link,address,undefined
        -fno-sanitize-recover=undefined ${left_out_of_ubsan} -fno-omit-frame-pointer)
    target_link_options(tocsin_options INTERFACE -fsanitize=address,undefined)
    target_compile_definitions(tocsin_options INTERFACE TOCSIN_UNCONFINED=1 BOOST_USE_ASAN BOOST_USE_UCONTEXT)
endif()
find_program(MOLD mold)
if(MOLD)
    target_link_options(tocsin_options INTERFACE -fuse-ld=mold)
endif()
find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()
set_property(GLOBAL PROPERTY JOB_POOLS link_pool=1)
set(CMAKE_JOB_POOL_LINK link_pool)

# Several files of a target in one run of the compiler: what they include is read once for all of them. CI builds so; a file
# that forgot to include what it uses is found by the other presets.
function(tocsin_in_batches target)
    if(TOCSIN_BATCHES)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${TOCSIN_BATCHES})
    endif()
endfunction()

# A room whose code runs once for a command, a setting or a person's request: a third less time to compile.
function(tocsin_cold_room name)
    target_compile_options(tocsin_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

# tocsin_room(NAME SOURCES... [USES targets...] [PRIVATE libs...]): the static library of one room.
function(tocsin_room name)
    cmake_parse_arguments(ROOM "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
    add_library(tocsin_${name} STATIC ${ROOM_SOURCES})
    target_link_libraries(tocsin_${name} PUBLIC tocsin_options)
    foreach(other ${ROOM_USES})
        target_link_libraries(tocsin_${name} PUBLIC tocsin_${other})
    endforeach()
    target_link_libraries(tocsin_${name} PRIVATE ${ROOM_LIBRARIES})
    tocsin_in_batches(tocsin_${name})
endfunction()
