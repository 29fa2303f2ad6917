// The real tocsin-reader: template, children, requests. Engines are loaded without any database.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>

#include "base/limits.hpp"
#include "reader/codec.hpp"
#include "reader/control.hpp"
#include "support/child_process.hpp"
#include "support/temporary_folder.hpp"

using namespace std::chrono_literals;
using namespace tocsin;
using namespace tocsin::reader;

namespace {

constexpr auto patience = 60s;

sandbox::Datagram receive(int channel, std::size_t descriptors_max) {
    REQUIRE(test::readable_within(channel, patience));
    Result<sandbox::Datagram> datagram =
        sandbox::receive_datagram(channel, limits::reply_bytes, descriptors_max);
    REQUIRE_MESSAGE(datagram.has_value(), datagram.error().message);
    REQUIRE_FALSE(datagram->cut);
    return std::move(*datagram);
}

template <typename Word>
Word receive_word(int control, std::vector<UniqueFd>* descriptors = nullptr) {
    sandbox::Datagram datagram = receive(control, 1);
    std::optional<TemplateWord> word = decode_template_word(datagram.data);
    REQUIRE(word.has_value());
    if (const auto* failed = std::get_if<TemplateFailed>(&*word)) FAIL(failed->error);
    REQUIRE(std::holds_alternative<Word>(*word));
    if (descriptors != nullptr) *descriptors = std::move(datagram.descriptors);
    return std::get<Word>(*word);
}

/// A template that is ready, with as many children as a test forks.
class TemplateProcess {
public:
    TemplateProcess()
        : process_(TOCSIN_READER, {"--scratch", folder_.path(), "--log-level", "warning"}, STDERR_FILENO),
          ready_(receive_word<TemplateReady>(process_.channel())) {}

    struct Child {
        std::uint64_t id = 0;
        pid_t pid = 0;
        UniqueFd channel, pidfd;
    };
    Child fork_child() {
        Child child;
        child.id = ++last_id_;
        sandbox::ChannelPair pair = sandbox::make_channel().value();
        std::string command = encode(ForkCommand{child.id, {}});
        REQUIRE(sandbox::send_datagram(process_.channel(), command, {pair.second.get()}).has_value());
        std::vector<UniqueFd> descriptors;
        auto forked = receive_word<ChildForked>(process_.channel(), &descriptors);
        CHECK(forked.child_id == child.id);
        REQUIRE(descriptors.size() == 1);
        child.pid = forked.pid;
        child.pidfd = std::move(descriptors[0]);
        child.channel = std::move(pair.first);
        pair.second.reset();
        REQUIRE(decode_ready(receive(child.channel.get(), 0).data).has_value());
        return child;
    }
    [[nodiscard]] const TemplateReady& ready() const { return ready_; }
    test::ChildProcess& process() { return process_; }

private:
    test::TemporaryFolder folder_;
    test::ChildProcess process_;
    TemplateReady ready_;
    std::uint64_t last_id_ = 0;
};

void send_request(int channel, const Request& request, std::string_view bytes, int output = -1) {
    UniqueFd input = sandbox::make_sealed_memfd(as_bytes(bytes)).value();
    std::vector<int> descriptors{input.get()};
    if (output >= 0) descriptors.push_back(output);
    REQUIRE(sandbox::send_datagram(channel, encode(request), descriptors).has_value());
}

Reply receive_reply(int channel) {
    std::optional<Reply> reply = decode_reply(receive(channel, 0).data);
    REQUIRE(reply.has_value());
    return std::move(*reply);
}

Request make_request(std::uint64_t id, RequestKind kind) {
    Request request;
    request.id = id;
    request.kind = kind;
    request.time_budget_ms = 10'000;
    return request;
}

/// The harmless test file of the European Institute for Computer Antivirus Research, in pieces so that this source
/// is not taken for it.
std::string eicar_message() {
    std::string body = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-";
    body += "ANTIVIRUS-TEST-FILE!$H+H*";
    return "From: a@example.org\r\nTo: b@example.org\r\nSubject: test\r\n\r\n" + body + "\r\n";
}

constexpr std::string_view plain_message =
    "From: a@example.org\r\nTo: b@example.org\r\nSubject: lunch\r\n\r\nAt noon, as usual.\r\n";

}  // namespace

TEST_CASE("a child of the template scans messages, one after the other") {
    TemplateProcess reader;
    INFO("engines ", reader.ready().description);
    MESSAGE("enforced: ", reader.ready().enforced);
    auto child = reader.fork_child();
    send_request(child.channel.get(), make_request(1, RequestKind::scan_message), plain_message);
    Reply clean = receive_reply(child.channel.get());
    CHECK(clean.id == 1);
    CHECK(clean.error.empty());
    CHECK(clean.report.verdict == scan::Verdict::clean);
    CHECK(clean.report.engine_version == reader.ready().engine_version);

    send_request(child.channel.get(), make_request(2, RequestKind::scan_auto), eicar_message());
    Reply bad = receive_reply(child.channel.get());
    CHECK(bad.id == 2);
    CHECK(bad.report.verdict == scan::Verdict::malware);

    send_request(child.channel.get(), make_request(3, RequestKind::scan_message), plain_message);
    CHECK(receive_reply(child.channel.get()).report.verdict == scan::Verdict::clean);
}

TEST_CASE("a child whose channel closes ends with code 0, and the template says so") {
    TemplateProcess reader;
    auto child = reader.fork_child();
    child.channel.reset();
    auto exited = receive_word<ChildExited>(reader.process().channel());
    CHECK(exited.child_id == child.id);
    CHECK_FALSE(exited.signalled);
    CHECK(exited.value == 0);
}

TEST_CASE("a killed child is reported with its signal, and others live on") {
    TemplateProcess reader;
    auto first = reader.fork_child();
    auto second = reader.fork_child();
    REQUIRE(::kill(first.pid, SIGKILL) == 0);
    auto exited = receive_word<ChildExited>(reader.process().channel());
    CHECK(exited.child_id == first.id);
    CHECK(exited.signalled);
    CHECK(exited.value == SIGKILL);
    CHECK(test::readable_within(first.pidfd.get(), 0ms));
    send_request(second.channel.get(), make_request(7, RequestKind::scan_message), plain_message);
    CHECK(receive_reply(second.channel.get()).id == 7);
}

TEST_CASE("children end with their template, and the template with the daemon's end of the channel") {
    SUBCASE("template killed") {
        TemplateProcess reader;
        auto child = reader.fork_child();
        ::kill(reader.process().pid(), SIGKILL);
        CHECK(test::readable_within(child.pidfd.get(), patience));
    }
    SUBCASE("channel closed") {
        TemplateProcess reader;
        auto child = reader.fork_child();
        reader.process().close_channel();
        CHECK(reader.process().ends_within(patience));
        CHECK(reader.process().wait().value == 0);
        CHECK(test::readable_within(child.pidfd.get(), patience));
    }
}

TEST_CASE("read_message writes JSON into the output memfd") {
    TemplateProcess reader;
    auto child = reader.fork_child();
    UniqueFd output = sandbox::make_output_memfd().value();
    send_request(child.channel.get(), make_request(4, RequestKind::read_message), plain_message,
                 output.get());
    Reply reply = receive_reply(child.channel.get());
    REQUIRE(reply.error.empty());
    REQUIRE(reply.output.size() == 1);
    REQUIRE(sandbox::seal_output_memfd(output.get(), limits::message_json_bytes).has_value());
    auto mapping = sandbox::SealedMapping::open(output.get(), limits::message_json_bytes).value();
    std::string_view json = as_text(mapping.bytes());
    REQUIRE(reply.output[0].offset + reply.output[0].length <= json.size());
    CHECK(json.front() == '{');
    CHECK(json.back() == '}');
}

TEST_CASE("a request without an output memfd, where one is needed, is answered with the reason") {
    TemplateProcess reader;
    auto child = reader.fork_child();
    send_request(child.channel.get(), make_request(5, RequestKind::read_message), plain_message);
    Reply reply = receive_reply(child.channel.get());
    CHECK(reply.error == "the request came without an output memfd");
}

TEST_CASE("bytes that are no zip are refused by name, and the child serves on") {
    TemplateProcess reader;
    auto child = reader.fork_child();
    UniqueFd output = sandbox::make_output_memfd().value();
    send_request(child.channel.get(), make_request(6, RequestKind::unpack_messages), "not a zip",
                 output.get());
    CHECK(receive_reply(child.channel.get()).error.starts_with("this is no zip archive"));
    send_request(child.channel.get(), make_request(7, RequestKind::scan_message), plain_message);
    CHECK(receive_reply(child.channel.get()).id == 7);
}

TEST_CASE("an unsealed message is not read: it could change under the parser") {
    TemplateProcess reader;
    auto child = reader.fork_child();
    UniqueFd unsealed = sandbox::make_output_memfd().value();
    REQUIRE(sandbox::send_datagram(child.channel.get(), encode(make_request(8, RequestKind::scan_message)),
                                   {unsealed.get()})
                .has_value());
    auto exited = receive_word<ChildExited>(reader.process().channel());
    CHECK_FALSE(exited.signalled);
    CHECK(exited.value != 0);
}

TEST_CASE("a question about remembered parts is asked once, answered, and exported bytes come back") {
    TemplateProcess reader;
    auto child = reader.fork_child();
    Request request = make_request(9, RequestKind::scan_message);
    request.use_cache = true;
    std::string message =
        "From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n\r\n";
    std::string content(3 * limits::cached_part_bytes_min, 'x');
    send_request(child.channel.get(), request, message + content);
    std::optional<CacheQuestion> question = decode_cache_question(receive(child.channel.get(), 0).data);
    REQUIRE(question.has_value());
    CHECK(question->id == 9);
    CacheAnswer answer{9, std::vector<CacheEntry>(question->hashes.size())};
    REQUIRE_FALSE(answer.entries.empty());
    answer.entries[0].wants_bytes = true;
    UniqueFd output = sandbox::make_output_memfd().value();
    REQUIRE(sandbox::send_datagram(child.channel.get(), encode(answer), {output.get()}).has_value());
    Reply reply = receive_reply(child.channel.get());
    REQUIRE(reply.output.size() == 1);
    CHECK(reply.output[0].hash == question->hashes[0]);
    REQUIRE(sandbox::seal_output_memfd(output.get(), limits::export_bytes).has_value());
    auto mapping = sandbox::SealedMapping::open(output.get(), limits::export_bytes).value();
    REQUIRE(reply.output[0].offset + reply.output[0].length <= mapping.bytes().size());
    auto exported = as_text(mapping.bytes().subspan(reply.output[0].offset, reply.output[0].length));
    CHECK(exported.find(content) != std::string_view::npos);
}

TEST_CASE("a round trip through a reader costs little") {
    TemplateProcess reader;
    auto child = reader.fork_child();
    constexpr std::uint64_t rounds = 301;
    std::vector<double> beyond_us;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        auto start = std::chrono::steady_clock::now();
        send_request(child.channel.get(), make_request(round, RequestKind::scan_message), plain_message);
        Reply reply = receive_reply(child.channel.get());
        std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - start;
        beyond_us.push_back(spent.count() -
                            static_cast<double>(reply.report.parse_us + reply.report.scan_us));
    }
    std::ranges::sort(beyond_us);
    double median_us = beyond_us[rounds / 2];
    MESSAGE("beyond the scan itself: ", median_us, " us per message (median)");
    // The budget is 150 us on a quiet machine; a shared one gets room.
    CHECK(median_us < 3000.0);
}
