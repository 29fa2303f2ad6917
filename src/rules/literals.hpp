// Many constant texts looked for in one pass (Hyperscan's literal search).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tocsin::rules {

class Literals {
public:
    /// Looks for the texts at `numbers`, none of them empty; these numbers are what search() answers. Bytes are compared exactly.
    /// Errors: unavailable (the processor lacks SSSE3), limit.
    [[nodiscard]] static Result<Literals> compile(std::span<const std::string> texts,
                                                  std::span<const std::uint32_t> numbers);
    Literals(Literals&&) noexcept;
    Literals& operator=(Literals&&) noexcept;
    ~Literals();

    /// Numbers of those that stand in `text`, each once, in no order.
    [[nodiscard]] std::vector<std::uint32_t> search(std::string_view text) const;

private:
    struct Database;
    explicit Literals(std::unique_ptr<Database> database);
    std::unique_ptr<Database> database_;
};

}  // namespace tocsin::rules
