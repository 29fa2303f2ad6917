// A table by text that forgets what was not touched for longest.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>

namespace tocsin::store {

template <typename Value>
class RecentTable {
public:
    explicit RecentTable(std::size_t size_max) : size_max_(size_max) {}

    /// The value of `key`, which becomes the most recent; made if it is not there. `size_max` is at least 1.
    Value& touch(const std::string& key) {
        const auto [found, made] = entries_.try_emplace(key);
        Entry& entry = found->second;
        if (!made) {
            order_.splice(order_.begin(), order_, entry.position);
            return entry.value;
        }
        // Keys of nodes stay where they are.
        order_.push_front(&found->first);
        entry.position = order_.begin();
        if (entries_.size() > size_max_) {
            const std::string* const oldest = order_.back();
            order_.pop_back();
            entries_.erase(entries_.find(*oldest));
        }
        return entry.value;
    }
    [[nodiscard]] Value* find(const std::string& key) {
        const auto found = entries_.find(key);
        return found == entries_.end() ? nullptr : &found->second.value;
    }
    [[nodiscard]] const Value* find(const std::string& key) const {
        const auto found = entries_.find(key);
        return found == entries_.end() ? nullptr : &found->second.value;
    }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        Value value{};
        std::list<const std::string*>::iterator position;
    };
    std::size_t size_max_;
    std::unordered_map<std::string, Entry> entries_;
    std::list<const std::string*> order_;  ///< most recent first
};

}  // namespace tocsin::store
