#include "store/away_store.hpp"

#include <sodium.h>

#include <algorithm>

#include "base/limits/watch.hpp"
#include "store/detail/rows.hpp"

namespace tocsin::store {

namespace {

constexpr int base64_variant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;

Hash256 name_of(const std::string& customer, std::uint64_t ticket) {
    return sha256(as_bytes(std::to_string(ticket) + " " + customer));
}

std::string to_base64(ByteView bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), base64_variant), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                      bytes.size(), base64_variant);
    text.pop_back();  // its final zero
    return text;
}

Result<Bytes> from_base64(const std::string& text) {
    Bytes bytes(text.size());
    std::size_t size = 0;
    const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                         text.data(), text.size(), nullptr, &size, nullptr, base64_variant);
    if (failed != 0) return fail(ErrorCode::corrupt, "it is no base64");
    bytes.resize(size);
    return bytes;
}

}  // namespace

Result<void> AwayStore::put(std::span<const AwayProfile> profiles) {
    if (profiles.empty()) return {};
    std::vector<std::string> sealed;
    for (const AwayProfile& one : profiles)
        sealed.push_back(to_base64(TRY(seal(key_, name_of(one.customer, one.ticket), as_bytes(one.bytes)))));
    return writing(database_.state(), "put profiles away", [&](soci::session& session) -> Result<void> {
        soci::transaction transaction(session);
        std::string profile;
        long long ticket = 0;
        soci::statement insert =
            (session.prepare << "INSERT INTO watch_away (ticket, profile) VALUES (:ticket, :profile)",
             soci::use(ticket, "ticket"), soci::use(profile, "profile"));
        for (std::size_t at = 0; at < profiles.size(); ++at) {
            ticket = static_cast<long long>(profiles[at].ticket);
            profile = sealed[at];
            insert.execute(true);
        }
        transaction.commit();
        return {};
    });
}

Result<std::string> AwayStore::get(const std::string& customer, std::uint64_t ticket) {
    const std::string text =
        TRY(reading(database_.state(), "read a profile", [&](soci::session& session) -> Result<std::string> {
            std::string profile;
            const auto number = static_cast<long long>(ticket);
            soci::statement select =
                (session.prepare << "SELECT profile FROM watch_away WHERE ticket = :ticket",
                 soci::into(profile), soci::use(number, "ticket"));
            if (!select.execute(true))
                return fail(ErrorCode::not_found, "the profile of " + customer + " is not there");
            return profile;
        }));
    const Bytes sealed = TRY(from_base64(text));
    const Bytes bytes = TRY(open_seal(key_, name_of(customer, ticket), sealed));
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Result<void> AwayStore::remove(std::span<const std::uint64_t> tickets) {
    if (tickets.empty()) return {};
    return writing(database_.state(), "remove profiles", [&](soci::session& session) -> Result<void> {
        soci::transaction transaction(session);
        long long ticket = 0;
        soci::statement remove =
            (session.prepare << "DELETE FROM watch_away WHERE ticket = :ticket", soci::use(ticket, "ticket"));
        for (const std::uint64_t one : tickets) {
            ticket = static_cast<long long>(one);
            remove.execute(true);
        }
        transaction.commit();
        return {};
    });
}

Result<std::uint64_t> AwayStore::sweep(const std::function<bool(std::uint64_t ticket)>& keep) {
    std::uint64_t highest = 0;
    const std::vector<std::uint64_t> unwanted =
        TRY(reading(database_.state(), "look through profiles",
                    [&](soci::session& session) -> Result<std::vector<std::uint64_t>> {
                        long long ticket = 0;
                        soci::statement select =
                            (session.prepare << "SELECT ticket FROM watch_away", soci::into(ticket));
                        std::vector<std::uint64_t> found;
                        select.execute();
                        while (select.fetch()) {
                            const auto one = static_cast<std::uint64_t>(ticket);
                            highest = std::max(highest, one);
                            if (!keep(one)) found.push_back(one);
                        }
                        return found;
                    }));
    for (std::size_t at = 0; at < unwanted.size(); at += limits::watch_put_away_batch) {
        const std::size_t count = std::min(limits::watch_put_away_batch, unwanted.size() - at);
        TRY(remove(std::span(unwanted).subspan(at, count)));
    }
    return highest;
}

}  // namespace tocsin::store
