// SPDX-License-Identifier: Apache-2.0
#include "CMosquitto.h"

// The one call of OpenSSL that is needed. Declared here, because libssl's headers are not: the
// library itself is already loaded by libmosquitto, which links it.
extern int SSL_pending(const void *ssl);

int nhip_mosquitto_tls_pending(struct mosquitto *client) {
  const void *ssl = mosquitto_ssl_get(client);
  return ssl == NULL ? 0 : SSL_pending(ssl);
}
