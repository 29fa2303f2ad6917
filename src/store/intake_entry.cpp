#include "store/detail/intake_entry.hpp"

#include <charconv>
#include <iterator>
#include <optional>
#include <type_traits>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/limits.hpp"
#include "store/stored_text.hpp"

namespace tocsin::store {
namespace {

using nlohmann::json;

constexpr const char* records_key = "records";
constexpr const char* replies_key = "replies";

/// Every field of a record by its name, for both directions: what is written is what is read.
template <typename SomeRecord, typename Visitor>
void visit_texts(SomeRecord& record, const Visitor& visit) {
    visit("id", record.id);
    visit("direction", record.direction);
    visit("listener", record.listener);
    visit("client_ip", record.client_ip);
    visit("client_name", record.client_name);
    visit("sasl_login", record.sasl_login);
    visit("queue_id", record.queue_id);
    visit("helo", record.helo);
    visit("mail_from", record.mail_from);
    visit("subject", record.subject);
    visit("header_from", record.header_from);
    visit("message_id", record.message_id);
    visit("verdict", record.verdict);
    visit("disposition", record.disposition);
    visit("outcome", record.outcome);
    visit("customer", record.customer);
    visit("held_id", record.held_id);
    visit("next_hop_reply", record.next_hop_reply);
    visit("engine_version", record.engine_version);
    visit("content_sha256", record.content_sha256);
}

template <typename SomeRecord, typename Visitor>
void visit_lists(SomeRecord& record, const Visitor& visit) {
    visit("recipients", record.recipients);
    visit("link_domains", record.link_domains);
    visit("attachment_sha256", record.attachment_sha256);
}

/// JSON documents of other rooms: kept as text, whole.
template <typename SomeRecord, typename Visitor>
void visit_documents(SomeRecord& record, const Visitor& visit) {
    visit("reasons", record.reasons);
    visit("findings", record.findings);
    visit("watched", record.watched);
}

template <typename SomeRecord, typename Visitor>
void visit_numbers(SomeRecord& record, const Visitor& visit) {
    visit(record.time.microseconds);
    visit(record.size_bytes);
    visit(record.ambiguous);
    visit(record.elapsed_us);
    visit(record.text_fingerprint);
    visit(record.watch_number);
}

/// In front of an entry as it is written now. Before, entries were JSON.
constexpr std::string_view format_name = "2;";

/// A sequence of netstrings without the comma ("5:hello"), which are read in the order in which they are written. Numbers are
/// decimal, lists begin with their length.
class Writer {
public:
    void text(std::string_view text) {
        fmt::format_to(std::back_inserter(out_), "{}:", text.size());
        out_ += text;
    }
    template <typename Number>
    void number(Number number) {
        fmt::format_to(std::back_inserter(out_), "{};", +number);
    }
    void record(const Record& record);
    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    std::string out_{format_name};
};

void Writer::record(const Record& record) {
    visit_texts(record, [this](const char*, const std::string& value) {
        text(stored_text(value, limits::record_text_bytes));
    });
    visit_lists(record, [this](const char*, const std::vector<std::string>& list) {
        number(list.size());
        for (const std::string& item : list) text(stored_text(item, limits::smtp_path_bytes));
    });
    visit_documents(record, [this](const char*, const std::string& value) {
        text(value.empty() ? std::string() : storable_json(value));
    });
    visit_numbers(record, [this](auto value) { number(value); });
}

/// The other way. What does not fit makes `broken`, and everything read from then on is empty.
class Reader {
public:
    explicit Reader(std::string_view entry) : rest_(entry) {}

    /// Moments may lie before 1970, fingerprints have all 64 bits.
    template <typename Number>
    void number(Number& number) {
        std::conditional_t<std::is_signed_v<Number>, std::int64_t, std::uint64_t> wide = 0;
        read_until(';', wide);
        number = static_cast<Number>(wide);
    }
    void text(std::string& text) {
        std::uint64_t bytes = 0;
        read_until(':', bytes);
        if (bytes > rest_.size()) broken_ = true;
        if (broken_) return;
        text = rest_.substr(0, static_cast<std::size_t>(bytes));
        rest_.remove_prefix(text.size());
    }
    /// How many follow. Nothing is made for them before they are there: the number may be wrong.
    std::uint64_t count() {
        std::uint64_t many = 0;
        number(many);
        return many;
    }
    void record(Record& record);
    [[nodiscard]] bool broken() const { return broken_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    template <typename Wide>
    void read_until(char end, Wide& value) {
        const auto [after, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        broken_ = broken_ || error != std::errc{} || after == rest_.data() + rest_.size() || *after != end;
        if (broken_)
            value = 0;
        else
            rest_.remove_prefix(static_cast<std::size_t>(after - rest_.data()) + 1);
    }

    std::string_view rest_;
    bool broken_ = false;
};

void Reader::record(Record& record) {
    visit_texts(record, [this](const char*, std::string& value) { text(value); });
    visit_lists(record, [this](const char*, std::vector<std::string>& list) {
        for (std::uint64_t left = count(); left > 0 && !broken_; --left) text(list.emplace_back());
    });
    visit_documents(record, [this](const char*, std::string& value) { text(value); });
    visit_numbers(record, [this](auto& value) { number(value); });
}

std::optional<IntakeEntry> decode_text(std::string_view entry) {
    Reader in(entry);
    IntakeEntry out;
    for (std::uint64_t left = in.count(); left > 0 && !in.broken(); --left)
        in.record(out.records.emplace_back());
    for (std::uint64_t left = in.count(); left > 0 && !in.broken(); --left) {
        NextHopReply& reply = out.replies.emplace_back();
        in.text(reply.record_id);
        in.text(reply.reply);
    }
    if (in.broken() || !in.at_end()) return std::nullopt;
    return out;
}

/// A record of an entry as JSON, which is what earlier versions wrote. Throws what nlohmann throws.
Record decode(const json& in) {
    Record record;
    visit_texts(record, [&](const char* name, std::string& text) { text = in.value(name, std::string()); });
    visit_lists(record, [&](const char* name, std::vector<std::string>& list) {
        list = in.value(name, std::vector<std::string>());
    });
    visit_documents(record,
                    [&](const char* name, std::string& text) { text = in.value(name, std::string()); });
    record.time = TimePoint{in.at("time_us").get<std::int64_t>()};
    record.size_bytes = in.at("size_bytes").get<std::uint64_t>();
    record.ambiguous = in.at("ambiguous").get<bool>();
    record.elapsed_us = in.at("elapsed_us").get<std::uint64_t>();
    record.text_fingerprint = in.at("text_fingerprint").get<std::uint64_t>();
    record.watch_number = in.value("watch_number", std::uint64_t{0});
    return record;
}

}  // namespace

std::string encode_intake(std::span<const Record> records, std::span<const NextHopReply> replies) {
    Writer out;
    out.number(records.size());
    for (const Record& record : records) out.record(record);
    out.number(replies.size());
    for (const NextHopReply& reply : replies) {
        out.text(stored_text(reply.record_id, limits::record_text_bytes));
        out.text(stored_text(reply.reply, limits::record_text_bytes));
    }
    return out.take();
}

Result<IntakeEntry> decode_intake(std::string_view entry) {
    if (entry.starts_with(format_name)) {
        if (std::optional<IntakeEntry> read = decode_text(entry.substr(format_name.size())))
            return std::move(*read);
        return fail(ErrorCode::corrupt, "an entry of the journal cannot be read: it is cut or was changed");
    }
    try {
        const json in = json::parse(entry);
        IntakeEntry out;
        for (const json& one : in.at(records_key)) out.records.push_back(decode(one));
        if (in.contains(replies_key))
            for (const json& one : in.at(replies_key))
                out.replies.push_back({one.at(0).get<std::string>(), one.at(1).get<std::string>()});
        return out;
    } catch (const json::exception& error) {
        return fail(ErrorCode::corrupt,
                    std::string("an entry of the journal cannot be read: ") + error.what());
    }
}

}  // namespace tocsin::store
