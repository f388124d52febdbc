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

import java.net.http.HttpClient;
import java.util.List;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

import io.datafast.autoconfigure.InvalidDataFastPropertiesException.Violation;
import io.datafast.support.Lazy;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/**
 * The SSL bundle of the calls to DataFast. It is resolved after all singletons have been
 * created, since a bean post-processor of the application may need
 * {@link io.datafast.DataFastGoals}. Thread-safe.
 */
final class ClientSslBundle implements SmartInitializingSingleton {

	private static final String PROPERTY = "datafast.ssl.bundle";

	private final Supplier<@Nullable Tls> tls;

	ClientSslBundle(DataFastProperties properties, ObjectProvider<SslBundles> bundles) {
		String name = (properties.disabledReason() == null) ? properties.ssl().bundle() : null;
		this.tls = Lazy.of(() -> (name != null) ? resolve(name, bundles.getIfAvailable()) : null);
	}

	/**
	 * Find the bundle and read its keys and certificates.
	 * @throws InvalidDataFastPropertiesException if there is no bundle of this name
	 */
	@Override
	public void afterSingletonsInstantiated() {
		this.tls.get();
	}

	void apply(HttpClient.Builder builder) {
		Tls settings = this.tls.get();
		if (settings != null) {
			builder.sslContext(settings.context()).sslParameters(settings.parameters());
		}
	}

	private static Tls resolve(String name, @Nullable SslBundles bundles) {
		try {
			SslBundle bundle = (bundles != null) ? bundles.getBundle(name) : null;
			if (bundle != null) {
				return new Tls(bundle.createSslContext(),
						new SSLParameters(bundle.getOptions().getCiphers(), bundle.getOptions().getEnabledProtocols()));
			}
		}
		catch (NoSuchSslBundleException ex) {
			// Explained below.
		}
		List<String> names = (bundles != null) ? bundles.getBundleNames() : List.of();
		throw new InvalidDataFastPropertiesException(List.of(new Violation(PROPERTY, name,
				"must name an SSL bundle of the application, and "
						+ (names.isEmpty() ? "there is none" : "these exist: " + String.join(", ", names)),
				"Define the bundle under spring.ssl.bundle, or remove the property to trust what the JDK trusts.")));
	}

	/**
	 * What the HTTP client needs of a bundle.
	 */
	private record Tls(SSLContext context, SSLParameters parameters) {

	}

}
