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

import io.datafast.DataFastRestClientCustomizer;
import io.datafast.client.HttpClientRequestFactory;
import io.datafast.client.HttpClientRequestFactory.Tls;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.web.client.RestClient;
import org.springframework.web.util.DefaultUriBuilderFactory;
import org.springframework.web.util.DefaultUriBuilderFactory.EncodingMode;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Creates the builder of the library's {@code RestClient}. The application's builder is
 * not used, since it may carry the credentials of another service.
 *
 * @param properties the base URL and the timeouts
 * @param tls supplies the TLS settings, or {@code null} for the JDK's defaults
 * @param observations supplies where calls are observed
 * @param customizers supplies the application's customizers, which come last
 */
record RestClientBuilderFactory(DataFastProperties properties, Supplier<? extends @Nullable Tls> tls,
		Supplier<ObservationRegistry> observations,
		Supplier<List<DataFastRestClientCustomizer>> customizers) implements Supplier<RestClient.Builder> {

	@Override
	public RestClient.Builder get() {
		DefaultUriBuilderFactory uriBuilderFactory = new DefaultUriBuilderFactory(
				UriComponentsBuilder.fromUri(this.properties.baseUrl()));
		uriBuilderFactory.setEncodingMode(EncodingMode.VALUES_ONLY);
		RestClient.Builder builder = RestClient.builder()
			.observationRegistry(this.observations.get())
			.uriBuilderFactory(uriBuilderFactory)
			.requestFactory(new HttpClientRequestFactory(this.properties.connectTimeout(),
					this.properties.readTimeout(), this.tls));
		this.customizers.get().forEach((customizer) -> customizer.customize(builder));
		return builder;
	}

}
