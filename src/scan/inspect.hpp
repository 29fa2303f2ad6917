// Chooses the inspector for a part by the type of its content.
#pragma once

#include "scan/inspection.hpp"
#include "scan/pdf_pages.hpp"
#include "scan/qr.hpp"

namespace tocsin::scan {

/// What inspectors need that is made once per process.
struct InspectionTools {
    QrReader qr;
    PageDrawer pages;

    static Result<InspectionTools> load();
};

/// Inspects the part by its file_type, opens it when it is a container, and looks for a second format in the same bytes.
void inspect_content(Inspection& inspection, const InspectionTools& tools);

/// Statements that follow from what was found: a locked archive that nothing opened, a disk image.
void conclude(Inspection& inspection);

}  // namespace tocsin::scan
