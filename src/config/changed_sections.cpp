// Which settings another reading of the file has changed that a running daemon cannot take over.
#include <array>

#include "config/config.hpp"

namespace tocsin::config {

std::string sections_to_restart_for(const Settings& now, const Settings& begun_with) {
    struct Compared {
        const char* name;
        bool changed;
    };
    const std::array sections = {
        Compared{"[[listener]]", now.listeners != begun_with.listeners},
        Compared{"[daemon]", now.daemon != begun_with.daemon},
        Compared{"[scan]", now.scan != begun_with.scan},
        Compared{"[judge]", now.judge != begun_with.judge},
        Compared{"[authentication]", now.authentication != begun_with.authentication},
        Compared{"[release]", now.release != begun_with.release},
        Compared{"[keep]", now.keep != begun_with.keep},
        Compared{"[hunt]", now.hunt != begun_with.hunt},
        Compared{"[watch]", now.watch != begun_with.watch},
        Compared{"[respond]", now.respond != begun_with.respond},
        Compared{"[[canary]]", now.canaries != begun_with.canaries},
        Compared{"[[webhook]]", now.webhooks != begun_with.webhooks},
        Compared{"[mailboxes]", now.mailboxes != begun_with.mailboxes},
    };
    std::string changed;
    for (const Compared& section : sections)
        if (section.changed) (changed += changed.empty() ? "" : ", ") += section.name;
    return changed;
}

}  // namespace tocsin::config
