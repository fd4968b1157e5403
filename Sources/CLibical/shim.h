// SPDX-License-Identifier: Apache-2.0
// The system's libical, as it is.
#include <libical/ical.h>
