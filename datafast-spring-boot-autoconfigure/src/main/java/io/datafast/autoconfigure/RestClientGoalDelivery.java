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

import java.net.URI;
import java.util.List;
import java.util.function.Supplier;

import io.datafast.DataFastRestClientCustomizer;
import io.datafast.Goal;
import io.datafast.GoalReceipt;
import io.datafast.client.GoalClient;
import io.datafast.client.HttpClientRequestFactory.Tls;
import io.datafast.delivery.GoalDelivery;
import io.datafast.support.JsonCodec;
import io.datafast.support.Lazy;
import io.micrometer.observation.ObservationRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.ssl.SslBundles;

/**
 * Delivers goals by a {@link GoalClient}, which is created with the first goal so that it
 * does not add to the start-up time. No method here names a class of the HTTP client in
 * its signature: Spring reads the methods of a bean's class, which would load those
 * classes. Thread-safe.
 */
final class RestClientGoalDelivery implements GoalDelivery, SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(RestClientGoalDelivery.class);

	private final DataFastProperties properties;

	private final Supplier<@Nullable Tls> tls;

	private final Supplier<ObservationRegistry> observations;

	private final Supplier<List<DataFastRestClientCustomizer>> customizers;

	private final JsonCodec json;

	private final CurrentCredentials credentials;

	private final Lazy<GoalDelivery> delivery = Lazy.of(this::createDelivery);

	RestClientGoalDelivery(DataFastProperties properties, ObjectProvider<SslBundles> sslBundles,
			Supplier<ObservationRegistry> observations, Supplier<List<DataFastRestClientCustomizer>> customizers,
			JsonCodec json, CurrentCredentials credentials) {
		this.properties = properties;
		this.tls = new ClientSslBundle(properties.ssl().bundle(), sslBundles);
		this.observations = observations;
		this.customizers = customizers;
		this.json = json;
		this.credentials = credentials;
		warnOfPlainHttp(properties.baseUrl());
	}

	private static void warnOfPlainHttp(URI baseUrl) {
		if ("http".equalsIgnoreCase(baseUrl.getScheme())) {
			String host = baseUrl.getHost();
			if (!("localhost".equalsIgnoreCase(host) || host.matches("127(\\.[0-9]+){3}") || "[::1]".equals(host))) {
				logger.warn("datafast.base-url " + baseUrl + " is not https: the API key travels in plain text");
			}
		}
	}

	/**
	 * Check that there is the SSL bundle, if one is named. The constructor cannot: where
	 * a bean post-processor of the application needs {@link io.datafast.DataFastGoals},
	 * it would create the bundles too early.
	 */
	@Override
	public void afterSingletonsInstantiated() {
		this.tls.get();
	}

	@Override
	public GoalReceipt send(Goal goal) {
		return this.delivery.get().send(goal);
	}

	private GoalDelivery createDelivery() {
		return new GoalClient(
				new RestClientBuilderFactory(this.properties, this.tls, this.observations, this.customizers), this.json,
				this.credentials)::create;
	}

}
