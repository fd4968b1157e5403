// SPDX-License-Identifier: Apache-2.0
// Debian's libmosquitto, and the few calls whose C form Swift cannot use as it is.
#ifndef CMOSQUITTO_H
#define CMOSQUITTO_H

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Decrypted bytes that OpenSSL holds for this client: poll() cannot see them. 0 without TLS.
int nhip_mosquitto_tls_pending(struct mosquitto *client);

/// `mosquitto_lib_init`, once a process whatever thread asks first: it counts without a lock.
void nhip_mosquitto_prepare(void);

#endif
