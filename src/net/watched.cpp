#include "net/watched.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/assert.hpp"
#include "net/detail/socket_error.hpp"
#include "net/detail/wait.hpp"
#include "net/loop.hpp"

namespace tocsin::net {

using Descriptor = asio::posix::stream_descriptor;

struct WatchedState {
    explicit WatchedState(asio::io_context& context) : descriptor(context) {}
    ~WatchedState() {
        if (descriptor.is_open()) descriptor.release();
    }
    WatchedState(const WatchedState&) = delete;
    WatchedState& operator=(const WatchedState&) = delete;

    Result<void> wait_for(Fiber& fiber, Descriptor::wait_type what, Deadline deadline, OnStop on_stop);

    Descriptor descriptor;
};

Result<void> WatchedState::wait_for(Fiber& fiber, Descriptor::wait_type what, Deadline deadline,
                                    OnStop on_stop) {
    boost::system::error_code error;
    Wait wait(fiber.state(), [&] {
        boost::system::error_code ignored;
        descriptor.cancel(ignored);
    });
    const WaitEnd end = wait.run(deadline, interruptible(on_stop), [&] {
        descriptor.async_wait(what, [&](const boost::system::error_code& result) {
            error = result;
            wait.finished();
        });
    });
    if (end != WaitEnd::finished) return wait_error(end, "wait for descriptor");
    if (error) return std::unexpected(socket_error("wait for descriptor", error));
    return {};
}

Watched::Watched(std::unique_ptr<WatchedState> state) : state_(std::move(state)) {}
Watched::Watched(Watched&& other) noexcept = default;
Watched& Watched::operator=(Watched&& other) noexcept = default;
Watched::~Watched() = default;

Result<Watched> Watched::create(Loop& loop, int fd) {
    if (fd < 0) return fail(ErrorCode::invalid_input, "watch: no descriptor");
    auto state = std::make_unique<WatchedState>(loop.state().context);
    boost::system::error_code error;
    state->descriptor.assign(fd, error);
    if (error) return fail(ErrorCode::invalid_input, "watch descriptor: " + error.message());
    return Watched(std::move(state));
}

Result<void> Watched::wait_readable(Fiber& fiber, Deadline deadline, OnStop on_stop) {
    return state_->wait_for(fiber, Descriptor::wait_read, deadline, on_stop);
}

Result<void> Watched::wait_writable(Fiber& fiber, Deadline deadline, OnStop on_stop) {
    return state_->wait_for(fiber, Descriptor::wait_write, deadline, on_stop);
}

int Watched::fd() const {
    return state_->descriptor.native_handle();
}

}  // namespace tocsin::net
