#include "proto/milter_machine.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/ip_network.hpp"

namespace tocsin::proto {
namespace {

constexpr std::uint32_t version_min = 2;
constexpr std::uint32_t version_max = 6;
/// What MTAs could do before they said so (SMFI_V1_ACTS of Sendmail).
constexpr std::uint32_t actions_unsaid = 0x0F;

/// Command byte, stage, and the bit that spares the MTA the reply.
struct StageRow {
    char command;
    MilterStage stage;
    std::uint32_t no_reply;
};
constexpr StageRow stage_table[] = {
    {'C', MilterStage::connect, milter_protocol::no_reply_connect},
    {'H', MilterStage::hello, milter_protocol::no_reply_hello},
    {'U', MilterStage::unknown_command, milter_protocol::no_reply_unknown_command},
    {'M', MilterStage::mail, milter_protocol::no_reply_mail},
    {'R', MilterStage::recipient, milter_protocol::no_reply_recipient},
    {'T', MilterStage::data, milter_protocol::no_reply_data},
    {'L', MilterStage::header, milter_protocol::no_reply_header},
    {'N', MilterStage::end_of_headers, milter_protocol::no_reply_end_of_headers},
    {'B', MilterStage::body, milter_protocol::no_reply_body},
    {'E', MilterStage::end_of_message, 0},
};

std::optional<MilterStage> stage_of(char command) {
    for (const auto& row : stage_table)
        if (row.command == command) return row.stage;
    return std::nullopt;
}

std::optional<MilterFamily> family_of(char letter) {
    switch (letter) {
        case 'U': return MilterFamily::unknown;
        case 'L': return MilterFamily::unix_socket;
        case '4': return MilterFamily::ipv4;
        case '6': return MilterFamily::ipv6;
        default: return std::nullopt;
    }
}

/// RFC 5321 section 4.1.3 writes `IPv6:` before an address, and so do some MTAs; a zone says nothing to anyone else.
std::string_view bare_address(std::string_view address) {
    constexpr std::string_view tag = "ipv6:";
    const bool tagged = address.size() >= tag.size() &&
                        std::equal(tag.begin(), tag.end(), address.begin(), [](char a, char b) {
                            return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
                        });
    if (tagged) address.remove_prefix(tag.size());
    return address.substr(0, address.find('%'));
}

std::string_view without_brackets(std::string_view path) {
    return path.size() >= 2 && path.front() == '<' && path.back() == '>' ? path.substr(1, path.size() - 2)
                                                                         : path;
}

}  // namespace

MilterMachine::MilterMachine(MilterOptions options) : options_(options) {}

void MilterMachine::feed(ByteView bytes) {
    input_.erase(0, consumed_);
    consumed_ = 0;
    input_ += as_text(bytes);
}

MilterEvent MilterMachine::next() {
    ASSERT(!asked_, "answer() comes before the next event");
    if (state_ == State::ending) return {.kind = MilterEventKind::closed};
    if (state_ == State::message_end) return finish_message();
    for (;;) {
        const auto frame = peek_milter_frame(std::string_view(input_).substr(consumed_));
        if (!frame) return violate(frame.error());
        if (!*frame) return {.kind = MilterEventKind::need_input};
        // Postfix reports EHLO within a transaction before it aborts that; libmilter takes both as an abort first.
        const bool starts_anew = (*frame)->command == 'H' || (*frame)->command == 'M';
        if (starts_anew && (state_ == State::envelope || state_ == State::data)) return *handle_abort();
        consumed_ += (*frame)->size;
        if (auto event = handle(**frame)) return std::move(*event);
    }
}

/// Which commands have a place where; see the table of states in libmilter's engine.c, which MTAs keep to.
MilterMachine::Reaction MilterMachine::handle(const MilterFrame& frame) {
    const bool envelope = state_ == State::envelope;
    const bool before_body = envelope || state_ == State::data || state_ == State::headers;
    switch (frame.command) {
        case 'R':
            if (envelope) return handle_recipient(frame.data);
            break;
        case 'T':
            if (envelope) return handle_data();
            break;
        case 'L':
            if (before_body) return handle_header(frame.data);
            break;
        case 'N':
            if (before_body) return handle_end_of_headers();
            break;
        case 'B':
            if (state_ == State::body) return handle_body(frame.data);
            break;
        case 'E':
            if (state_ == State::body) return handle_end_of_body(frame.data);
            break;
        default: return handle_outside_message(frame);
    }
    return violate(MilterViolation::out_of_order);
}

MilterMachine::Reaction MilterMachine::handle_outside_message(const MilterFrame& frame) {
    if (frame.command == 'Q') return handle_quit(MilterEventKind::quit);
    if (frame.command == 'O' && state_ == State::negotiation) return handle_negotiation(frame.data);
    constexpr std::string_view known = "ACDHKMOU";
    if (known.find(frame.command) == std::string_view::npos) return violate(MilterViolation::unknown_command);
    if (state_ == State::negotiation) return violate(MilterViolation::out_of_order);
    switch (frame.command) {
        case 'A': return handle_abort();
        case 'D': return handle_macros(frame.data);
        case 'K': return handle_quit(MilterEventKind::quit_new_connection);
        case 'C':
            if (state_ == State::connection) return handle_connect(frame.data);
            break;
        case 'H':
            if (state_ == State::session)
                return handle_text(frame.data, MilterStage::hello, MilterEventKind::hello);
            break;
        case 'M':
            if (state_ == State::session) return handle_mail(frame.data);
            break;
        case 'U':
            if (state_ <= State::data)
                return handle_text(frame.data, MilterStage::unknown_command,
                                   MilterEventKind::unknown_command);
            break;
        default: break;
    }
    return violate(MilterViolation::out_of_order);
}

MilterMachine::Reaction MilterMachine::handle_negotiation(std::string_view data) {
    if (data.size() < 12) return violate(MilterViolation::malformed);
    const std::uint32_t version = milter_integer(data);
    if (version < version_min) return violate(MilterViolation::version_too_old);
    const std::uint32_t offered = milter_integer(data.substr(4));
    negotiation_.version = std::min(version, version_max);
    negotiation_.offered_actions = offered == 0 ? actions_unsaid : offered;
    negotiation_.offered_protocol = milter_integer(data.substr(8));
    std::uint32_t wanted = milter_protocol::header_leading_space;
    for (const auto& row : stage_table)
        if (!decides(row.stage)) wanted |= row.no_reply;
    if (!options_.unknown_commands) wanted |= milter_protocol::no_unknown_command;
    const bool may_stop = (negotiation_.offered_protocol & milter_protocol::skip) != 0;
    if (options_.large_body == MilterLargeBody::stop && may_stop)
        wanted = (wanted | milter_protocol::skip) & ~milter_protocol::no_reply_body;
    // An MTA ends the session when it is asked for what it did not offer.
    negotiation_.actions = options_.actions & negotiation_.offered_actions;
    negotiation_.protocol = wanted & negotiation_.offered_protocol;
    std::string reply;
    put_milter_integer(reply, negotiation_.version);
    put_milter_integer(reply, negotiation_.actions);
    put_milter_integer(reply, negotiation_.protocol);
    put_milter_frame(output_, 'O', reply);
    state_ = State::connection;
    return MilterEvent{.kind = MilterEventKind::negotiated, .negotiation = negotiation_};
}

MilterMachine::Reaction MilterMachine::handle_macros(std::string_view data) {
    if (data.empty()) return violate(MilterViolation::malformed);
    const auto stage = stage_of(data.front());
    if (!stage) return violate(MilterViolation::malformed);
    const auto strings = split_milter_strings(data.substr(1));
    if (!strings) return violate(MilterViolation::missing_nul);
    const auto violation = macros_.take(*stage, *strings);
    if (violation != MilterViolation::none) return violate(violation);
    return std::nullopt;
}

MilterMachine::Reaction MilterMachine::handle_connect(std::string_view data) {
    const std::size_t host_end = data.find('\0');
    if (host_end == std::string_view::npos) return violate(MilterViolation::missing_nul);
    MilterEvent event{.kind = MilterEventKind::connect};
    event.client.host = data.substr(0, host_end);
    data.remove_prefix(host_end + 1);
    const auto family = data.empty() ? std::nullopt : family_of(data.front());
    if (!family) return violate(MilterViolation::malformed);
    event.client.family = *family;
    if (*family != MilterFamily::unknown) {
        if (data.size() < 3) return violate(MilterViolation::malformed);
        event.client.port = static_cast<std::uint16_t>(static_cast<unsigned char>(data[1]) << 8 |
                                                       static_cast<unsigned char>(data[2]));
        const auto strings = split_milter_strings(data.substr(3));
        if (!strings) return violate(MilterViolation::missing_nul);
        if (strings->size() != 1) return violate(MilterViolation::malformed);
        const bool ip = *family != MilterFamily::unix_socket;
        event.client.address = ip ? bare_address(strings->front()) : strings->front();
        if (ip && !parse_ip_address(event.client.address)) return violate(MilterViolation::malformed);
    }
    macros_.begin(MilterStage::connect);
    state_ = State::session;
    return settle(MilterStage::connect, std::move(event));
}

MilterMachine::Reaction MilterMachine::handle_text(std::string_view data, MilterStage stage,
                                                   MilterEventKind kind) {
    const auto strings = split_milter_strings(data);
    if (!strings) return violate(MilterViolation::missing_nul);
    if (strings->size() != 1) return violate(MilterViolation::malformed);
    macros_.begin(stage);
    auto event = settle(stage, {.kind = kind, .text = std::string(strings->front())});
    if (stage == MilterStage::unknown_command && !options_.unknown_commands) return std::nullopt;
    return event;
}

MilterViolation MilterMachine::read_path(std::string_view data, MilterEvent& event) const {
    const auto strings = split_milter_strings(data);
    if (!strings) return MilterViolation::missing_nul;
    if (strings->empty()) return MilterViolation::malformed;
    if (strings->size() - 1 > limits::smtp_parameters) return MilterViolation::too_many_arguments;
    event.text = without_brackets(strings->front());
    event.arguments.assign(strings->begin() + 1, strings->end());
    return MilterViolation::none;
}

MilterMachine::Reaction MilterMachine::handle_mail(std::string_view data) {
    MilterEvent event{.kind = MilterEventKind::mail};
    if (const auto violation = read_path(data, event); violation != MilterViolation::none)
        return violate(violation);
    macros_.begin(MilterStage::mail);
    state_ = State::envelope;
    return settle(MilterStage::mail, std::move(event));
}

MilterMachine::Reaction MilterMachine::handle_recipient(std::string_view data) {
    MilterEvent event{.kind = MilterEventKind::recipient};
    if (const auto violation = read_path(data, event); violation != MilterViolation::none)
        return violate(violation);
    macros_.begin(MilterStage::recipient);
    if (recipients_ >= options_.recipients_max) {
        if (!decides(MilterStage::recipient)) return violate(MilterViolation::too_many_recipients);
        // RFC 5321 section 4.5.3.1.10: too many recipients is transient, the client sends the rest in another message.
        put_milter_frame(output_, 'y', std::string_view("452 4.5.3 too many recipients\0", 30));
        return std::nullopt;
    }
    return settle(MilterStage::recipient, std::move(event));
}

MilterMachine::Reaction MilterMachine::handle_data() {
    macros_.begin(MilterStage::data);
    state_ = State::data;
    return settle(MilterStage::data, {.kind = MilterEventKind::data});
}

/// Counts what came of a message. False: it is over a limit; `event` is then `message_too_large` the first time.
bool MilterMachine::counted(std::size_t bytes, MilterEvent& event) {
    message_bytes_ += bytes;
    std::string_view limit;
    if (header_fields_ > limits::milter_header_fields) limit = "milter_header_fields";
    if (header_bytes_ > limits::milter_header_bytes) limit = "milter_header_bytes";
    if (message_bytes_ > options_.message_bytes) limit = "message_bytes";
    if (limit.empty()) return true;
    event = too_large_ ? MilterEvent{}
                       : MilterEvent{.kind = MilterEventKind::message_too_large, .text = std::string(limit)};
    too_large_ = true;
    body_wanted_ = false;
    return false;
}

MilterMachine::Reaction MilterMachine::handle_header(std::string_view data) {
    const auto strings = split_milter_strings(data);
    if (!strings) return violate(MilterViolation::missing_nul);
    if (strings->size() != 2) return violate(MilterViolation::malformed);
    macros_.begin(MilterStage::header);
    state_ = State::headers;
    MilterEvent event{.kind = MilterEventKind::header, .text = std::string(strings->front())};
    event.value = strings->back();
    const bool exact = (negotiation_.protocol & milter_protocol::header_leading_space) != 0;
    const bool has_blank = event.value.starts_with(' ') || event.value.starts_with('\t');
    if (!exact && !event.value.empty() && !has_blank) event.value.insert(0, 1, ' ');
    const std::size_t bytes = event.text.size() + event.value.size() + 3;
    ++header_fields_;
    header_bytes_ += bytes;
    const bool told_before = too_large_;
    (void)counted(bytes, event);
    go_on(MilterStage::header);
    if (told_before) return std::nullopt;
    return event;
}

MilterMachine::Reaction MilterMachine::handle_end_of_headers() {
    macros_.begin(MilterStage::end_of_headers);
    state_ = State::body;
    go_on(MilterStage::end_of_headers);
    return MilterEvent{.kind = MilterEventKind::end_of_headers};
}

MilterMachine::Reaction MilterMachine::handle_body(std::string_view data) {
    macros_.begin(MilterStage::body);
    MilterEvent event{.kind = MilterEventKind::body, .content = as_bytes(data)};
    const bool told_before = too_large_;
    const bool wanted = body_wanted_;
    (void)counted(data.size(), event);
    go_on(MilterStage::body);
    const bool told_now = too_large_ && !told_before;
    if (!told_now && (!wanted || data.empty())) return std::nullopt;
    return event;
}

/// Sendmail may put the last piece of the body into the frame that ends it.
MilterMachine::Reaction MilterMachine::handle_end_of_body(std::string_view data) {
    const bool told_before = too_large_;
    const bool wanted = body_wanted_;
    MilterEvent event{.kind = MilterEventKind::body, .content = as_bytes(data)};
    (void)counted(data.size(), event);
    macros_.begin(MilterStage::end_of_message);
    state_ = State::message_end;
    const bool told_now = too_large_ && !told_before;
    if (!told_now && (!wanted || data.empty())) return finish_message();
    return event;
}

MilterEvent MilterMachine::finish_message() {
    asked_ = MilterStage::end_of_message;
    return {.kind = MilterEventKind::end_of_message, .wants_answer = true};
}

/// Postfix sends it after every message, open or not. It has no reply.
MilterMachine::Reaction MilterMachine::handle_abort() {
    if (!message_open()) return std::nullopt;
    forget_message();
    return MilterEvent{.kind = MilterEventKind::abort};
}

MilterMachine::Reaction MilterMachine::handle_quit(MilterEventKind kind) {
    if (message_open()) forget_message();
    macros_.clear();
    state_ = kind == MilterEventKind::quit ? State::ending : State::connection;
    return MilterEvent{.kind = kind};
}

MilterEvent MilterMachine::violate(MilterViolation violation) {
    state_ = State::ending;
    return {.kind = MilterEventKind::violation, .violation = violation};
}

bool MilterMachine::decides(MilterStage stage) const {
    switch (stage) {
        case MilterStage::connect: return options_.decides.connect;
        case MilterStage::hello: return options_.decides.hello;
        case MilterStage::mail: return options_.decides.mail;
        case MilterStage::recipient: return options_.decides.recipient;
        case MilterStage::data: return options_.decides.data;
        case MilterStage::end_of_message: return true;
        case MilterStage::unknown_command:
        case MilterStage::header:
        case MilterStage::end_of_headers:
        case MilterStage::body: return false;
    }
    return false;
}

MilterEvent MilterMachine::settle(MilterStage stage, MilterEvent event) {
    asked_ = stage;
    event.wants_answer = decides(stage);
    if (event.wants_answer) return event;
    go_on(stage);
    finish_answer(true);
    return event;
}

void MilterMachine::go_on(MilterStage stage) {
    for (const auto& row : stage_table)
        if (row.stage == stage && (negotiation_.protocol & row.no_reply) != 0) return;
    const bool stop =
        stage == MilterStage::body && !body_wanted_ && (negotiation_.protocol & milter_protocol::skip) != 0;
    put_milter_frame(output_, stop ? 's' : 'c');
}

void MilterMachine::skip_body() {
    ASSERT(message_open(), "there is no message whose body could be left out");
    body_wanted_ = false;
}

std::string MilterMachine::take_output() {
    return std::exchange(output_, {});
}

bool MilterMachine::idle() const {
    return !message_open() && consumed_ == input_.size();
}

void MilterMachine::forget_message() {
    macros_.end_message();
    state_ = State::session;
    recipients_ = message_bytes_ = header_fields_ = header_bytes_ = changes_ = 0;
    body_replaced_ = too_large_ = false;
    body_wanted_ = true;
}

}  // namespace tocsin::proto
