// SPDX-License-Identifier: Apache-2.0
// The system's libxlsxwriter, as it is.
#include <xlsxwriter.h>
