#include <fmt/format.h>

#include "config/config.hpp"
#include "config/rows.hpp"
#include "config/setting_table.hpp"
#include "config/values.hpp"

namespace tocsin::config {

namespace {

std::string line_of(Place place) {
    return place.line == 0 ? "the default listeners" : fmt::format("line {}", place.line);
}

class ListenerCheck {
public:
    ListenerCheck(const Settings& settings, const Places& places, Problems& problems)
        : settings_(settings), problems_(problems) {
        if (auto found = places.find("listener"); found != places.end()) rows_ = &found->second;
    }

    void run() {
        for (std::size_t i = 0; i < settings_.listeners.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) check_pair(i, j);
            if (places(i).flawed) continue;
            const Listener& listener = settings_.listeners[i];
            check_kind(listener, places(i));
            check_reach(listener, places(i));
            check_form(listener, places(i));
            if (listener.kind == ListenerKind::smtp) {
                check_tls(listener, places(i));
                check_forward(listener, places(i));
                check_next_hop(listener, places(i));
            }
        }
    }

private:
    /// Default listeners have no row.
    const RowPlaces& places(std::size_t i) const {
        return rows_ != nullptr && i < rows_->size() ? (*rows_)[i] : nowhere_;
    }

    void add(const RowPlaces& row, std::string_view key, std::string message, std::string what_to_do) {
        problems_.add(row.of(key), fmt::format("listener.{}", key), std::move(message),
                      std::move(what_to_do));
    }

    void check_kind(const Listener& listener, const RowPlaces& row) {
        const unsigned bit = 1U << static_cast<unsigned>(listener.kind);
        for (const Setting& setting : find_section("listener")->settings)
            if (setting.kinds != every_kind && (setting.kinds & bit) == 0 && row.has(setting.key))
                add(row, setting.key,
                    fmt::format("listener.{} means nothing for kind \"{}\"", setting.key,
                                to_string(listener.kind)),
                    fmt::format("remove it; it is for {}", kinds_of(setting)));
    }

    void check_reach(const Listener& listener, const RowPlaces& row) {
        if (const auto problem = reach_problem(listener))
            add(row, "address", *problem,
                "listen on 127.0.0.1, [::1] or unix:/PATH, or write allow_remote = true if a firewall guards "
                "it");
    }

    /// A block of everybody is a slip of the hand: whoever may use it says in whose name mail comes.
    void check_forward(const Listener& listener, const RowPlaces& row) {
        for (const Network& network : listener.xforward_from)
            if (network.text.ends_with("/0"))
                add(row, "xforward_from",
                    fmt::format("xforward_from = \"{}\" believes everybody about who sends", network.text),
                    "name your own mail server alone, such as 127.0.0.0/8");
    }

    void check_form(const Listener& listener, const RowPlaces& row) {
        if (listener.kind == ListenerKind::report_form && !settings_.respond.people)
            add(row, "kind", "kind \"report_form\" without respond.people: nobody would take the reports",
                "write people = \"FILE\" in [respond]");
    }

    void check_tls(const Listener& listener, const RowPlaces& row) {
        const bool wanted = listener.tls != ListenerTls::none;
        for (const auto& [key, file] : {std::pair{"tls_certificate", listener.tls_certificate.has_value()},
                                        std::pair{"tls_key", listener.tls_key.has_value()}}) {
            if (wanted && !file)
                add(row, "tls", fmt::format("tls = \"{}\" without {}", to_string(listener.tls), key),
                    fmt::format("write {} = \"FILE.pem\"", key));
            if (!wanted && file)
                add(row, key, fmt::format("{} without tls", key), "write tls = \"offer\" or \"require\"");
        }
        const bool verified = listener.next_hop_tls == NextHopTls::verify;
        if (verified && !listener.next_hop_name)
            add(row, "next_hop_tls", "next_hop_tls = \"verify\" without next_hop_name",
                "write the name that the next hop's certificate has");
        if (!verified && listener.next_hop_name)
            add(row, "next_hop_name",
                fmt::format("next_hop_tls = \"{}\" looks at no name", to_string(listener.next_hop_tls)),
                "write next_hop_tls = \"verify\", or remove next_hop_name");
    }

    void check_next_hop(const Listener& listener, const RowPlaces& row) {
        if (!listener.next_hop)
            add(row, "next_hop",
                fmt::format("listener \"{}\" does not know where mail goes on to", listener.name),
                "write next_hop = \"IP:PORT\" here, or in [daemon] for all of them");
        for (const Listener& other : settings_.listeners)
            if (other.kind == ListenerKind::smtp && listener.next_hop &&
                overlap(*listener.next_hop, other.address))
                add(row, "next_hop",
                    fmt::format("listener \"{}\" passes mail on to listener \"{}\", {}", listener.name,
                                other.name, to_text(other.address)),
                    "name the mail server behind Tocsin: mail would go round in a circle");
    }

    /// An address that was not taken overlaps with none.
    void check_pair(std::size_t i, std::size_t j) {
        const Listener &one = settings_.listeners[i], &other = settings_.listeners[j];
        if (overlap(one.address, other.address))
            add(places(i), "address",
                fmt::format("listener \"{}\" has the address of \"{}\" ({}): {}", one.name, other.name,
                            line_of(places(j).place), to_text(one.address)),
                "give each its own port");
        if (one.name == other.name && !places(i).flawed && !places(j).flawed)
            add(places(i), "name",
                fmt::format("there is a listener \"{}\" already ({})", one.name, line_of(places(j).place)),
                "give each its own name");
    }

    const Settings& settings_;
    const std::vector<RowPlaces>* rows_ = nullptr;
    const RowPlaces nowhere_;
    Problems& problems_;
};

}  // namespace

std::optional<std::string> reach_problem(const Listener& listener) {
    const bool asks_nothing = listener.kind == ListenerKind::check || listener.kind == ListenerKind::clamd;
    const bool guarded = !asks_nothing && brings_mail(listener.kind);
    if (guarded || listener.allow_remote || is_local(listener.address)) return std::nullopt;
    return fmt::format("kind \"{}\" asks for {}, and {} can be reached from other machines",
                       to_string(listener.kind),
                       asks_nothing                             ? "no password"
                       : listener.kind == ListenerKind::api     ? "its token in the clear"
                       : listener.kind == ListenerKind::answers ? "links in the clear"
                                                                : "reports in the clear",
                       to_text(listener.address));
}

void check_listeners(const Settings& settings, const Places& places, Problems& problems) {
    ListenerCheck(settings, places, problems).run();
}

}  // namespace tocsin::config
