// CACAO: whatever the document, the answer is a playbook that our loader takes as it is, or an error; what was taken goes out and
// comes back the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/limits/share.hpp"
#include "config/respond_files.hpp"
#include "respond/event_json.hpp"
#include "respond/setup.hpp"
#include "share/cacao.hpp"
#include "share/playbook_toml.hpp"

using namespace tocsin;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Result<share::CacaoImport> read = share::from_cacao({reinterpret_cast<const char*>(data), size});
    if (!read) {
        require(!read.error().message.empty());
        return 0;
    }
    require(respond::flaws_of(read->playbook).empty());
    require(read->losses.size() <= limits::share_losses + 1);
    std::string comment;
    for (const share::Loss& loss : read->losses) comment += share::to_line(loss) + "\n";
    config::Problems problems;
    const respond::Playbook file = config::read_playbook(share::to_toml(read->playbook, comment), problems);
    require(problems.empty());
    require(respond::to_json(file) == respond::to_json(read->playbook));
    const share::CacaoExport sent = share::to_cacao(read->playbook, {});
    const Result<share::CacaoImport> back = share::from_cacao(sent.text);
    // What is added around a playbook of the largest size may be more than what is taken in.
    if (sent.text.size() > limits::share_document_bytes) return 0;
    require(back.has_value() && back->losses.empty());
    require(respond::to_json(back->playbook) == respond::to_json(read->playbook));
    return 0;
}
