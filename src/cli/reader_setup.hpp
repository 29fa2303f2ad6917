// Readers for commands that work without a daemon: the same program, the same confinement, the same pool.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "net/loop.hpp"
#include "pool/reader_pool.hpp"

namespace tocsin::cli {

/// Whether the rules that Tocsin brings are asked.
enum class OwnRules : std::uint8_t {
    asked,
    data_only,  ///< their lists and their text model, for other rules
    left_out,
};

/// What a person may say about readers and rules on the command line.
struct ReaderOptions {
    std::vector<std::string> clamav_databases;  ///< empty: the system's, where there is one
    bool no_system_database = false;
    std::vector<std::string> yara_rules;
    std::vector<std::string> rules;  ///< folders of rules beside Tocsin's own
    std::vector<std::string> lists;  ///< folders of lists beside Tocsin's own; what comes later wins
    std::string settings_lists;      ///< a folder that the daemon makes of its settings; read before `lists`; empty: none
    OwnRules own_rules = OwnRules::asked;
    std::vector<std::string> may_do_without;      ///< empty: the default
    std::vector<std::string> trusted_servers;     ///< in Authentication-Results, lower case
    std::vector<std::string> trusted_sealers;     ///< in ARC, lower case
    std::string points_inbound, points_outbound;  ///< "5,8"; empty: the default
    bool keep_clauses = false;                    ///< for `tocsin rules explain`
    std::vector<std::string> without;             ///< engines to leave out: clamav, yara, documents
    std::size_t readers = 0;                      ///< 0: one for each processor
    std::string reader_program;                   ///< empty: beside this program
    std::uint32_t deadline_ms = 0;                ///< 0: the default
    bool no_cache = false;
    std::string log_level = "warning";  ///< of the readers
};

/// The folder of Tocsin's own rules and lists: installed beside the program, or in the source tree that it was built in.
/// Empty: they are not there.
[[nodiscard]] std::string find_own_rules();
/// The same for playbooks and notices: ../share/tocsin/playbooks, or ../playbooks beside the folder of the program.
[[nodiscard]] std::string find_own_playbooks();

/// The pool configuration for these options, without a scratch folder. Errors: tocsin-reader, or a database or rule folder that
/// was named, is not there.
[[nodiscard]] Result<pool::PoolConfig> make_pool_config(const ReaderOptions& options);

/// Runs `body` on a fiber with readers that are started before and stopped after it; the scratch folder is made and removed.
[[nodiscard]] Result<void>
with_readers(const ReaderOptions& options, Log& log,
             const std::function<Result<void>(net::Fiber&, net::Loop&, pool::ReaderPool&)>& body);

}  // namespace tocsin::cli
