// Asio's own functions, compiled here once (BOOST_ASIO_SEPARATE_COMPILATION).
#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif
#include <boost/asio/impl/src.hpp>
