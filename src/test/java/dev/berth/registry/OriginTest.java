package dev.berth.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where an address leads, by the addresses that registries name. */
class OriginTest {

    @ParameterizedTest
    @CsvSource({
        "https://Registry.example/a?b, registry.example, 443",
        "https://registry.example:65535/, registry.example, 65535",
        "http://127.0.0.1:5000/, 127.0.0.1, 5000",
        "https://[::1]:5000/, ::1, 5000",
        "https://my_bucket.s3.example/a%2Fb?c=d, my_bucket.s3.example, 443",
        "https://My_Bucket:8443/, my_bucket, 8443",
        "https://_a.example, _a.example, 443",
        "https://registry.1:5000/, registry.1, 5000"
    })
    void anAddressIsOfAHostAndAPort(String address, String host, int port) {
        Origin origin = Origin.of(URI.create(address));
        assertEquals(host, origin.host());
        assertEquals(port, origin.port());
        assertEquals(origin, Origin.of(origin.resolve("/v2/")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://registry.example:65536/",
                "https://registry.example:99999999999/",
                "https://127.0.0.1:70000/",
                "https://my_bucket.example:65536/",
                "https://my_bucket.example:x/",
                "https://my_bucket.example:80:80/",
                "https://me@my_bucket.example/",
                "https://me:pw@registry.example/",
                "https://my_bucket..example/",
                "https://my_bucket.example./",
                "https://my_bucket-.example/",
                "https://my%5fbucket.example/",
                "https://a_b,c/",
                "https://:80/",
                "https:///path",
                "https:path",
                "//registry.example/",
                "ftp://registry.example/",
                "/path"
            })
    void whatIsNoAddressIsRefused(String address) {
        assertThrows(IllegalArgumentException.class, () -> Origin.of(URI.create(address)));
    }

    @Test
    void aDomainMayEndWithANumber() {
        assertEquals(new Origin("https", "127.1", 5000), Origin.ofDomain("127.1:5000"));
        assertEquals(new Origin("http", "::1", 80), Origin.ofDomain("[::1]"));
        assertEquals(new Origin("http", "localhost", 5000), Origin.ofDomain("localhost:5000"));
    }
}
