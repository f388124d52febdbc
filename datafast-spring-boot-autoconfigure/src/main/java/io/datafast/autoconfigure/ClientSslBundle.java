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

package io.datafast.autoconfigure;

import java.util.List;
import java.util.function.Supplier;

import javax.net.ssl.SSLParameters;

import io.datafast.autoconfigure.InvalidDataFastPropertiesException.Violation;
import io.datafast.client.HttpClientRequestFactory.Tls;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/**
 * The SSL bundle of the calls to DataFast, if one is named. When the application reloads
 * the bundle, later calls use the reloaded one. Thread-safe.
 */
final class ClientSslBundle implements Supplier<@Nullable Tls> {

	private static final String PROPERTY = "datafast.ssl.bundle";

	private final @Nullable String name;

	private final ObjectProvider<SslBundles> bundles;

	private volatile @Nullable Tls tls;

	ClientSslBundle(@Nullable String name, ObjectProvider<SslBundles> bundles) {
		this.name = name;
		this.bundles = bundles;
	}

	/**
	 * Return the TLS settings of the bundle. The first call finds the bundle and reads
	 * its keys and certificates.
	 * @return the settings, or {@code null} if no bundle is named
	 * @throws InvalidDataFastPropertiesException if there is no bundle of this name
	 */
	@Override
	public @Nullable Tls get() {
		if (this.name == null) {
			return null;
		}
		Tls known = this.tls;
		return (known != null) ? known : resolve(this.name);
	}

	private synchronized Tls resolve(String bundle) {
		SslBundles available = this.bundles.getIfAvailable();
		Tls known = this.tls;
		if (known != null) {
			return known;
		}
		try {
			if (available != null) {
				Tls found = tls(available.getBundle(bundle));
				this.tls = found;
				available.addBundleUpdateHandler(bundle, (reloaded) -> this.tls = tls(reloaded));
				return found;
			}
		}
		catch (NoSuchSslBundleException ex) {
			// Explained below.
		}
		List<String> names = (available != null) ? available.getBundleNames() : List.of();
		throw new InvalidDataFastPropertiesException(List.of(new Violation(PROPERTY, bundle,
				"must name an SSL bundle of the application, and "
						+ (names.isEmpty() ? "there is none" : "these exist: " + String.join(", ", names)),
				"Define the bundle under spring.ssl.bundle, or remove the property to trust what the JDK trusts.")));
	}

	private static Tls tls(SslBundle bundle) {
		return new Tls(bundle.createSslContext(),
				new SSLParameters(bundle.getOptions().getCiphers(), bundle.getOptions().getEnabledProtocols()));
	}

}
