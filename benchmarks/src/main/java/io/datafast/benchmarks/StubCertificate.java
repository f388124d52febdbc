/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.springframework.util.Assert;
import org.springframework.util.FileSystemUtils;

/**
 * A certificate for the stub, made for one run. This JVM and those that it starts trust
 * it by the JDK's system properties, so it is the same for all clients.
 */
final class StubCertificate {

	private static final String PASSWORD = "changeit";

	private static final String TRUST_STORE = "javax.net.ssl.trustStore";

	private final Path directory;

	private StubCertificate(Path directory) {
		this.directory = directory;
	}

	static StubCertificate create() throws IOException, InterruptedException {
		Path directory = Files.createTempDirectory("datafast-benchmarks");
		Path keyStore = directory.resolve("localhost.p12");
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-alias", "localhost", "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
				"san=dns:localhost,ip:127.0.0.1", "-storetype", "PKCS12", "-storepass", PASSWORD, "-keystore",
				keyStore.toString())
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
		Assert.state(keytool.waitFor() == 0, "There is no certificate for the stub");
		System.setProperty(TRUST_STORE, keyStore.toString());
		System.setProperty(TRUST_STORE + "Password", PASSWORD);
		return new StubCertificate(directory);
	}

	/**
	 * The options of another JVM that trusts the certificate, and can show it.
	 */
	static List<String> options() {
		String keyStore = System.getProperty(TRUST_STORE);
		return (keyStore != null)
				? List.of("-D" + TRUST_STORE + "=" + keyStore, "-D" + TRUST_STORE + "Password=" + PASSWORD,
						"-Djavax.net.ssl.keyStore=" + keyStore, "-Djavax.net.ssl.keyStorePassword=" + PASSWORD)
				: List.of();
	}

	void close() throws IOException {
		FileSystemUtils.deleteRecursively(this.directory);
	}

}
