#include "net/dns_resolver.hpp"

#include <unbound.h>

#include <functional>
#include <utility>

#include "net/fiber_event.hpp"
#include "net/loop.hpp"
#include "net/task_group.hpp"
#include "net/watched.hpp"

namespace tocsin::net {

namespace {

constexpr int internet_class = 1;

int number_of(DnsType type) {
    switch (type) {
        case DnsType::a: return 1;
        case DnsType::mx: return 15;
        case DnsType::aaaa: return 28;
        case DnsType::txt:
        case DnsType::count_: break;
    }
    return 16;
}

struct FreeUnbound {
    void operator()(ub_ctx* context) const { ub_ctx_delete(context); }
    void operator()(ub_result* result) const { ub_resolve_free(result); }
};
using Context = std::unique_ptr<ub_ctx, FreeUnbound>;

DnsAnswer answer_of(const ub_result& result) {
    constexpr int no_error = 0, no_such_name = 3;
    if (result.bogus != 0) return {};
    if (result.rcode == no_such_name || (result.rcode == no_error && result.havedata == 0))
        return {DnsStatus::none, {}};
    if (result.rcode != no_error) return {};
    DnsAnswer out{DnsStatus::found, {}};
    for (std::size_t index = 0; result.data[index] != nullptr; ++index)
        out.records.emplace_back(result.data[index], static_cast<std::size_t>(result.len[index]));
    return out;
}

/// The names that one fiber waits for.
struct LookUp {
    std::vector<DnsAnswer> answers;
    std::size_t open = 0, counted = 0;  ///< counted: as many of State::waiting are this one's
    FiberEvent done;
};

/// One name of them, known to libunbound until it is answered or cancelled.
struct Name {
    LookUp* look_up = nullptr;
    std::size_t index = 0;
    int id = 0;
    bool open = false;
};

void take_answer(void* opaque, int error, ub_result* given) {
    const std::unique_ptr<ub_result, FreeUnbound> result(given);
    auto& name = *static_cast<Name*>(opaque);
    name.open = false;
    if (error == 0 && result) name.look_up->answers[name.index] = answer_of(*result);
    if (--name.look_up->open == 0) name.look_up->done.notify_all();
}

/// libunbound has buffers that no fiber's stack holds: it is called outside of fibers only.
void call_outside(Fiber& fiber, const std::function<void()>& function) {
    FiberEvent done;
    bool called = false;
    fiber.loop().post([&] {
        function();
        called = true;
        done.notify_all();
    });
    while (!called) static_cast<void>(done.wait_uninterrupted(fiber, no_deadline));
}

Result<Context> make_context(const DnsConfig& config) {
    Context context(ub_ctx_create());
    if (!context) return fail(ErrorCode::unavailable, "libunbound: no memory");
    const auto check = [](int error, const std::string& doing) -> Result<void> {
        if (error == 0) return {};
        return fail(ErrorCode::unavailable, "DNS: " + doing + ": " + ub_strerror(error));
    };
    const std::string bytes = std::to_string(config.cache_bytes / 2);
    for (const auto& [name, value] : {std::pair<const char*, const char*>{"module-config:", "iterator"},
                                      {"do-not-query-localhost:", "no"},
                                      {"msg-cache-size:", bytes.c_str()},
                                      {"rrset-cache-size:", bytes.c_str()}})
        TRY(check(ub_ctx_set_option(context.get(), name, value), std::string("set ") + name));
    if (config.server_ip.empty()) {
        TRY(check(ub_ctx_resolvconf(context.get(), nullptr),
                  "read /etc/resolv.conf (or name a server: authentication.resolver)"));
    } else {
        const std::string server = config.server_ip + "@" + std::to_string(config.server_port);
        TRY(check(ub_ctx_set_fwd(context.get(), server.c_str()), "ask " + server));
    }
    TRY(check(ub_ctx_async(context.get(), 1), "ask on a thread"));
    return context;
}

}  // namespace

struct DnsResolver::State {
    State(Loop& loop, Context made, Watched made_watched, std::size_t most)
        : context(std::move(made)), watched(std::move(made_watched)), waiting_max(most), pump(loop, 1) {}
    void ask(const std::vector<DnsQuestion>& questions, std::vector<Name>& asked, LookUp& look_up);

    Context context;
    Watched watched;
    std::size_t waiting_max, waiting = 0;
    TaskGroup pump;
};

DnsResolver::DnsResolver(std::unique_ptr<State> state) : state_(std::move(state)) {}
DnsResolver::~DnsResolver() = default;

Result<std::unique_ptr<DnsResolver>> DnsResolver::start(Loop& loop, const DnsConfig& config) {
    Context context = TRY(make_context(config));
    Watched watched = TRY(Watched::create(loop, ub_fd(context.get())));
    auto resolver = std::make_unique<DnsResolver>(
        std::make_unique<State>(loop, std::move(context), std::move(watched), config.waiting_max));
    State& state = *resolver->state_;
    TRY(state.pump.spawn([&state](Fiber& fiber) {
        while (state.watched.wait_readable(fiber, no_deadline, OnStop::give_up))
            call_outside(fiber, [&state] { ub_process(state.context.get()); });
    }));
    return resolver;
}

void DnsResolver::State::ask(const std::vector<DnsQuestion>& questions, std::vector<Name>& asked,
                             LookUp& look_up) {
    for (std::size_t index = 0; index < questions.size(); ++index) {
        if (questions[index].name.empty() || waiting + look_up.open >= waiting_max) continue;
        Name& name = asked[index];
        name = {&look_up, index, 0, true};
        ++look_up.open;
        if (ub_resolve_async(context.get(), questions[index].name.c_str(), number_of(questions[index].type),
                             internet_class, &name, take_answer, &name.id) == 0)
            continue;
        name.open = false;
        --look_up.open;
    }
}

std::vector<DnsAnswer> DnsResolver::look_up(Fiber& fiber, const std::vector<DnsQuestion>& questions,
                                            Deadline deadline) {
    LookUp look_up{std::vector<DnsAnswer>(questions.size()), 0, 0, {}};
    std::vector<Name> asked(questions.size());
    call_outside(fiber, [&] {
        state_->ask(questions, asked, look_up);
        state_->waiting += look_up.open;
        look_up.counted = look_up.open;
    });
    static_cast<void>(look_up.done.wait_until(fiber, deadline, OnStop::keep_waiting,
                                              [&look_up] { return look_up.open == 0; }));
    state_->waiting -= look_up.counted;
    if (look_up.open > 0)
        call_outside(fiber, [&] {
            for (const Name& name : asked)
                if (name.open) ub_cancel(state_->context.get(), name.id);
        });
    return std::move(look_up.answers);
}

void DnsResolver::stop(Fiber& fiber) {
    state_->pump.stop_and_join(fiber, steady_now());
}

}  // namespace tocsin::net
