#include "store/detail/intake_entry.hpp"

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

json encode(const Record& record) {
    json out = json::object();
    visit_texts(record, [&](const char* name, const std::string& text) {
        if (!text.empty()) out[name] = stored_text(text, limits::record_text_bytes);
    });
    visit_lists(record, [&](const char* name, const std::vector<std::string>& list) {
        if (list.empty()) return;
        json items = json::array();
        for (const std::string& item : list) items.push_back(stored_text(item, limits::smtp_path_bytes));
        out[name] = std::move(items);
    });
    visit_documents(record, [&](const char* name, const std::string& text) {
        if (!text.empty()) out[name] = storable_json(text);
    });
    out["time_us"] = record.time.microseconds;
    out["size_bytes"] = record.size_bytes;
    out["ambiguous"] = record.ambiguous;
    out["elapsed_us"] = record.elapsed_us;
    out["text_fingerprint"] = record.text_fingerprint;
    if (record.watch_number != 0) out["watch_number"] = record.watch_number;
    return out;
}

/// Throws what nlohmann throws.
Record decode(const json& in) {
    Record record;
    visit_texts(record, [&](const char* name, std::string& text) { text = in.value(name, std::string()); });
    visit_lists(record, [&](const char* name, std::vector<std::string>& list) {
        list = in.value(name, std::vector<std::string>());
    });
    visit_documents(record, [&](const char* name, std::string& text) { text = in.value(name, std::string()); });
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
    json out = json::object();
    json& encoded = out[records_key] = json::array();
    for (const Record& record : records) encoded.push_back(encode(record));
    if (!replies.empty()) {
        json& answers = out[replies_key] = json::array();
        for (const NextHopReply& reply : replies)
            answers.push_back({stored_text(reply.record_id, limits::record_text_bytes),
                               stored_text(reply.reply, limits::record_text_bytes)});
    }
    return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<IntakeEntry> decode_intake(std::string_view entry) {
    try {
        const json in = json::parse(entry);
        IntakeEntry out;
        for (const json& one : in.at(records_key)) out.records.push_back(decode(one));
        if (in.contains(replies_key))
            for (const json& one : in.at(replies_key))
                out.replies.push_back({one.at(0).get<std::string>(), one.at(1).get<std::string>()});
        return out;
    } catch (const json::exception& error) {
        return fail(ErrorCode::corrupt, std::string("an entry of the journal cannot be read: ") + error.what());
    }
}

}  // namespace tocsin::store
