// AddressSanitizer must be told of each change of stack, which only the ucontext flavour of Boost.Context does. That
// flavour has three functions that the packaged library, built for the default flavour, lacks. They are here, for
// sanitizer builds alone.
#if defined(BOOST_USE_UCONTEXT)

#include <boost/context/fiber_ucontext.hpp>

#include <memory>

namespace boost::context::detail {

namespace {
thread_local fiber_activation_record* current_record = nullptr;
thread_local std::size_t initializers = 0;
}  // namespace

fiber_activation_record_initializer::fiber_activation_record_initializer() noexcept {
    if (initializers++ == 0) current_record = std::make_unique<fiber_activation_record>().release();
}

fiber_activation_record_initializer::~fiber_activation_record_initializer() {
    if (--initializers == 0) delete current_record;
}

fiber_activation_record*& fiber_activation_record::current() noexcept {
    thread_local fiber_activation_record_initializer initializer;
    return current_record;
}

}  // namespace boost::context::detail

#endif
