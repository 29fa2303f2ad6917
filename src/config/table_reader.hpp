// One table of a TOML file whose keys are known: what is there is read, what is wrong becomes a problem, what is left is unknown.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "config/node.hpp"
#include "config/problem.hpp"

namespace tocsin::config {

class TableReader {
public:
    /// `name`: "step", for problems and for keys that are not known. `place` is where the table begins.
    TableReader(std::string_view name, const Table& table, Place place, Problems& problems)
        : name_(name), table_(table), place_(place), problems_(problems) {}

    /// Each returns nothing, or empty, when the key is absent or wrong.
    [[nodiscard]] std::string text(std::string_view key);
    [[nodiscard]] std::string needed_text(std::string_view key);
    [[nodiscard]] std::vector<std::string> texts(std::string_view key);
    [[nodiscard]] std::uint32_t number(std::string_view key, std::uint32_t absent);
    /// A text, or a number as text.
    [[nodiscard]] std::optional<std::string> text_or_number(std::string_view key);
    [[nodiscard]] TimePoint moment(std::string_view key);
    /// The rows of [[key]], with their places.
    [[nodiscard]] std::vector<std::pair<const Table*, Place>> rows(std::string_view key);
    [[nodiscard]] std::pair<const Table*, Place> table(std::string_view key);

    /// One of words<Enum>, by from_word(); `all` says them in the problem.
    template <typename Enum, typename FromWord>
    std::optional<Enum> word(std::string_view key, FromWord from_word,
                             const std::vector<std::string_view>& all) {
        const std::string written = text(key);
        if (written.empty()) return std::nullopt;
        std::optional<Enum> found = from_word(written);
        if (!found) unknown_word(key, place_of(key), written, all);
        return found;
    }
    template <typename Enum, typename FromWord>
    std::vector<Enum> words(std::string_view key, FromWord from_word,
                            const std::vector<std::string_view>& all) {
        std::vector<Enum> found;
        for (const std::string& written : texts(key)) {
            if (std::optional<Enum> one = from_word(written))
                found.push_back(*one);
            else
                unknown_word(key, place_of(key), written, all);
        }
        return found;
    }

    /// Tells every key that nothing has asked for.
    void tell_unknown();
    /// Where a key's value stands; without it, where the table begins.
    [[nodiscard]] Place place_of(std::string_view key) const;
    void wrong(std::string_view key, std::string message, std::string what_to_do);

private:
    [[nodiscard]] const Node* find(std::string_view key);
    void unknown_word(std::string_view key, Place place, const std::string& written,
                      const std::vector<std::string_view>& all);

    std::string_view name_;
    const Table& table_;
    Place place_;
    Problems& problems_;
    std::set<std::string, std::less<>> asked_;
};

}  // namespace tocsin::config
