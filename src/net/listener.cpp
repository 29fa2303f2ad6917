#include "net/listener.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "base/unique_fd.hpp"
#include "net/detail/fiber_stream.hpp"
#include "net/detail/socket_error.hpp"

namespace tocsin::net {

using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

struct ListenerState {
    explicit ListenerState(asio::io_context& context) : acceptor(context) {}
    ~ListenerState() { remove_path(); }
    ListenerState(const ListenerState&) = delete;
    ListenerState& operator=(const ListenerState&) = delete;

    Result<Socket> accept(Fiber& fiber);
    void close();
    void remove_path() const;

    Acceptor acceptor;
    std::uint16_t port = 0;
    std::string description;
    std::string path;        ///< of a Unix socket
    struct stat identity{};  ///< of the file at `path`, so that nobody else's is removed
};

Result<Socket> ListenerState::accept(Fiber& fiber) {
    boost::system::error_code error;
    Socket socket(fiber.state().group.loop.context);
    Wait wait(fiber.state(), [&] {
        boost::system::error_code ignored;
        acceptor.cancel(ignored);
    });
    const WaitEnd end = wait.run(no_deadline, Interruptible::by_stop, [&] {
        acceptor.async_accept(socket, [&](const boost::system::error_code& result) {
            error = result;
            wait.finished();
        });
    });
    if (end != WaitEnd::finished) return wait_error(end, "accept");
    if (error) return std::unexpected(socket_error("accept", error));
    return socket;
}

void ListenerState::close() {
    boost::system::error_code ignored;
    acceptor.close(ignored);
    remove_path();
}

void ListenerState::remove_path() const {
    struct stat now{};
    if (!path.empty() && ::lstat(path.c_str(), &now) == 0 && now.st_ino == identity.st_ino &&
        now.st_dev == identity.st_dev)
        ::unlink(path.c_str());
}

namespace {

Result<void> listen_on(Acceptor& acceptor, const std::string& doing) {
    boost::system::error_code error;
    acceptor.listen(Acceptor::max_listen_connections, error);
    if (error) return std::unexpected(socket_error(doing, error));
    return {};
}

/// Removes a socket file that nobody listens to. Anything else at `path` is left alone.
Result<void> remove_stale_socket(const std::string& path) {
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0) return {};
    if (!S_ISSOCK(found.st_mode))
        return fail(ErrorCode::conflict, "listen on " + path + ": a file is in the way");
    const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), address.sun_path);
    const int result = ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    if (result == 0 || errno != ECONNREFUSED)
        return fail(ErrorCode::conflict, "listen on " + path + ": another process listens there");
    if (::unlink(path.c_str()) != 0)
        return std::unexpected(errno_error("remove stale socket " + path, errno));
    return {};
}

void set_no_delay(Socket& socket) {
    boost::system::error_code not_tcp;
    socket.set_option(asio::ip::tcp::no_delay(true), not_tcp);
}

}  // namespace

Listener::Listener(std::unique_ptr<ListenerState> state) : state_(std::move(state)) {}
Listener::Listener(Listener&& other) noexcept = default;
Listener& Listener::operator=(Listener&& other) noexcept = default;
Listener::~Listener() = default;

Result<Listener> Listener::tcp(Loop& loop, const std::string& address, std::uint16_t port) {
    boost::system::error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error) return fail(ErrorCode::invalid_input, "listen: '" + address + "' is not an IP address");
    const asio::ip::tcp::endpoint endpoint(ip, port);
    const std::string doing = "listen on " + Peer{address, port}.describe();
    auto state = std::make_unique<ListenerState>(loop.state().context);
    Acceptor& acceptor = state->acceptor;
    acceptor.open(asio::generic::stream_protocol(endpoint.protocol()), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    // One family per listener, whatever the system's default: `::` does not also take IPv4.
    if (!error && ip.is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
    if (!error) acceptor.bind(asio::generic::stream_protocol::endpoint(endpoint), error);
    if (error) return std::unexpected(socket_error(doing, error));
    TRY(listen_on(acceptor, doing));
    asio::ip::tcp::endpoint bound;
    const auto local = acceptor.local_endpoint(error);
    if (error) return std::unexpected(socket_error(doing, error));
    bound.resize(local.size());
    std::copy_n(reinterpret_cast<const char*>(local.data()), local.size(),
                reinterpret_cast<char*>(bound.data()));
    state->port = bound.port();
    state->description = Peer{address, state->port}.describe();
    return Listener(std::move(state));
}

Result<Listener> Listener::unix_socket(Loop& loop, const std::string& path) {
    if (path.empty() || path.size() >= sizeof(sockaddr_un{}.sun_path))
        return fail(ErrorCode::invalid_input, "listen: socket path '" + path + "' is empty or too long");
    TRY(remove_stale_socket(path));
    const asio::local::stream_protocol::endpoint endpoint(path);
    auto state = std::make_unique<ListenerState>(loop.state().context);
    boost::system::error_code error;
    state->acceptor.open(asio::generic::stream_protocol(endpoint.protocol()), error);
    if (!error) state->acceptor.bind(asio::generic::stream_protocol::endpoint(endpoint), error);
    if (error) return std::unexpected(socket_error("listen on " + path, error));
    state->path = path;
    // Between bind and listen nobody can connect, so there is no moment at which others could.
    if (::lstat(path.c_str(), &state->identity) != 0 || ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0)
        return std::unexpected(errno_error("protect socket " + path, errno));
    TRY(listen_on(state->acceptor, "listen on " + path));
    state->description = "unix:" + path;
    return Listener(std::move(state));
}

std::uint16_t Listener::port() const {
    return state_->port;
}

const std::string& Listener::description() const {
    return state_->description;
}

namespace {

/// One listener's newcomers and the places for them.
class Reception {
public:
    Reception(Fiber& fiber, TaskGroup& sessions, Log& log, WhenFull when_full, const std::string& listener)
        : fiber_(fiber), sessions_(sessions), log_(log), when_full_(when_full), listener_(listener) {}

    /// False: the listener or the group was asked to stop.
    bool start(const std::function<void(Fiber&)>& body) {
        while (true) {
            if (!make_room()) return false;
            const Result<void> started = sessions_.spawn(body);
            if (started) return true;
            // Another listener may have taken the last place meanwhile: this client waits for the next one.
            if (started.error().code != ErrorCode::limit) return false;
        }
    }

private:
    bool make_room() {
        const bool full = sessions_.full();
        if (full && !told_)
            log_.write(LogLevel::warning, "listener.full",
                       {{"listener", listener_}, {"sessions", std::to_string(sessions_.live())}});
        told_ = full;
        while (sessions_.full()) {
            if (when_full_ == WhenFull::end_idle) sessions_.stop_longest_idle(limits::crowded_idle_ms);
            const Result<void> room =
                sessions_.wait_for_room(fiber_, deadline_in_ms(limits::crowded_look_ms));
            if (!room && room.error().code != ErrorCode::timed_out) return false;
        }
        return !fiber_.stop_requested();
    }

    Fiber& fiber_;
    TaskGroup& sessions_;
    Log& log_;
    WhenFull when_full_;
    const std::string& listener_;
    bool told_ = false;  ///< once for each time that it fills up, not for each client of a flood
};

}  // namespace

void Listener::serve(Fiber& fiber, TaskGroup& sessions, Log& log,
                     const std::function<void(Fiber&, Stream&)>& session, WhenFull when_full) {
    std::uint32_t backoff_ms = limits::accept_backoff_ms_min;
    Reception reception(fiber, sessions, log, when_full, state_->description);
    while (true) {
        auto accepted = state_->accept(fiber);
        if (fiber.stop_requested()) break;
        if (!accepted) {
            log.write(LogLevel::error, "listener.accept_failed",
                      {{"listener", state_->description}, {"error", accepted.error().message}});
            if (!sleep_until(fiber, deadline_in_ms(backoff_ms))) break;
            backoff_ms = std::min(2 * backoff_ms, limits::accept_backoff_ms_max);
            continue;
        }
        backoff_ms = limits::accept_backoff_ms_min;
        set_no_delay(*accepted);
        auto socket = std::make_shared<Socket>(std::move(*accepted));
        const bool started = reception.start([socket, session](Fiber& child) {
            Peer peer = peer_of(*socket);
            FiberStream stream(child, std::move(*socket), std::move(peer));
            session(child, stream);
        });
        if (!started) break;
    }
    state_->close();
}

}  // namespace tocsin::net
