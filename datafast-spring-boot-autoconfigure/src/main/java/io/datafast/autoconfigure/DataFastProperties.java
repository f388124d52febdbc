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
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Role;
import org.springframework.util.StringUtils;

/**
 * Properties under {@code datafast}. Checked when they are bound, unless {@code enabled}
 * is {@code false}; {@link #toString()} does not show the API key.
 *
 * @param enabled Whether goals are sent. By default they are if there is an API key;
 * without one, a warning is logged and every goal is skipped. When true, a missing key
 * fails start-up. When false, every goal is skipped.
 * @param apiKey DataFast API key: a website key (df_...) or an account token (dft_...).
 * Read again for each call, so that a key that changes in the environment counts at once.
 * @param websiteId ID of the website in DataFast. Needed with an account token (dft_...),
 * ignored otherwise. Read again for each call, as the key is.
 * @param baseUrl Base URL of the DataFast API.
 * @param connectTimeout How long connecting to DataFast may take; more than zero.
 * @param readTimeout How long a call may take as a whole, from connecting to the end of
 * the answer; more than zero.
 * @param ssl TLS of the calls to DataFast.
 * @param metadata Metadata put on every goal, at most 10 entries. A goal's own entry with
 * the same key wins, and is kept when there would be more than 10. A dot in a key is read
 * as an underscore, so that DATAFAST_METADATA_APP_VERSION sets app_version.
 * @param visitor The visitor and its cookie.
 * @param delivery How goals are delivered in the background.
 */
@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
@ConfigurationProperties("datafast")
public record DataFastProperties(@Nullable Boolean enabled, @Nullable String apiKey, @Nullable String websiteId,
		URI baseUrl, Duration connectTimeout, Duration readTimeout, Ssl ssl, Map<String, String> metadata,
		Visitor visitor, Delivery delivery) {

	/**
	 * Create the properties. {@code null} stands for what is not set, and gets its
	 * default.
	 * @param enabled whether goals are sent; by default, they are if there is a key
	 * @param apiKey the API key; blank means none
	 * @param websiteId the website's id; blank means none
	 * @param baseUrl the base URL
	 * @param connectTimeout the timeout for connecting, greater than zero
	 * @param readTimeout the timeout for the whole call, greater than zero
	 * @param ssl TLS of the calls
	 * @param metadata the metadata put on every goal
	 * @param visitor the visitor and its cookie
	 * @param delivery how goals are delivered
	 * @throws InvalidDataFastPropertiesException if anything in them is wrong
	 */
	public DataFastProperties {
		apiKey = textOrNull(apiKey);
		websiteId = textOrNull(websiteId);
		// Not @DefaultValue, which Spring Boot converts from text at each start-up. The
		// metadata has these from additional-spring-configuration-metadata.json. Groups
		// have @DefaultValue, which counts if one of their properties is set.
		baseUrl = (baseUrl != null) ? baseUrl : URI.create("https://datafa.st/api/v1");
		connectTimeout = (connectTimeout != null) ? connectTimeout : Duration.ofSeconds(2);
		readTimeout = (readTimeout != null) ? readTimeout : Duration.ofSeconds(5);
		ssl = (ssl != null) ? ssl : Ssl.DEFAULTS;
		metadata = (metadata != null) ? withUnderscores(metadata) : Map.of();
		visitor = (visitor != null) ? visitor : Visitor.DEFAULTS;
		delivery = (delivery != null) ? delivery : Delivery.DEFAULTS;
		if (!Boolean.FALSE.equals(enabled)) {
			new DataFastPropertiesValidator().validate(enabled, apiKey, websiteId, baseUrl, connectTimeout, readTimeout,
					metadata, visitor, delivery);
		}
	}

	static @Nullable String textOrNull(@Nullable String value) {
		return StringUtils.hasText(value) ? value.strip() : null;
	}

	/**
	 * Spring Boot reads an underscore in the name of an environment variable as a dot.
	 */
	private static Map<String, String> withUnderscores(Map<String, String> metadata) {
		Map<String, String> result = new LinkedHashMap<>();
		metadata.forEach((key, value) -> result.put(key.replace('.', '_'), value));
		return Collections.unmodifiableMap(result);
	}

	/**
	 * Whether {@code enabled} is unset or {@code true}. Without a key, goals are skipped,
	 * but visitor ids are still read and cookies still written.
	 */
	boolean isEnabled() {
		return !Boolean.FALSE.equals(this.enabled);
	}

	/**
	 * Why no goals are sent, or {@code null} if they are sent.
	 * @return the reason, or {@code null}
	 */
	public @Nullable String disabledReason() {
		if (!isEnabled()) {
			return "DataFast is switched off (datafast.enabled=false)";
		}
		return (this.apiKey == null) ? "DataFast has no API key (datafast.api-key)" : null;
	}

	@Override
	public String toString() {
		return "DataFastProperties[enabled=" + this.enabled + ", apiKey=" + ((this.apiKey != null) ? "***" : null)
				+ ", websiteId=" + this.websiteId + ", baseUrl=" + this.baseUrl + ", connectTimeout="
				+ this.connectTimeout + ", readTimeout=" + this.readTimeout + ", ssl=" + this.ssl + ", metadata keys="
				+ this.metadata.keySet() + ", visitor=" + this.visitor + ", delivery=" + this.delivery + "]";
	}

	/**
	 * Properties under {@code datafast.ssl}.
	 *
	 * @param bundle Name of the SSL bundle for the calls to DataFast. For networks whose
	 * proxy re-signs TLS with a certificate of its own. By default the JDK's trust store
	 * decides.
	 */
	public record Ssl(@Nullable String bundle) {

		static final Ssl DEFAULTS = new Ssl(null);

		/**
		 * Create the properties.
		 * @param bundle the bundle's name; blank means none
		 */
		public Ssl {
			bundle = textOrNull(bundle);
		}

	}

	/**
	 * Properties under {@code datafast.visitor}.
	 *
	 * @param cookieName Name of the cookie with the visitor's ID.
	 * @param headerName Name of a request header with the visitor's ID, which comes
	 * before the cookie. For front ends on another site, and for sites without cookies.
	 * By default no header is read.
	 * @param issueCookie Whether a page that is opened without the cookie sets one,
	 * unless shared caches may store the response. DataFast's script takes the cookie
	 * over, and the ID counts for that very request.
	 * @param renewCookie Whether a page that is opened with the cookie sets it again,
	 * with the same ID for another year, unless shared caches may store the response.
	 * Some browsers delete a cookie that a script has set after a few days.
	 * @param cookieDomain Domain of the cookies that are set, the same as data-domain of
	 * DataFast's script: example.com also serves www.example.com. By default, and for
	 * hosts outside of this domain, the requested host.
	 */
	public record Visitor(@DefaultValue("datafast_visitor_id") String cookieName, @Nullable String headerName,
			boolean issueCookie, boolean renewCookie, @Nullable String cookieDomain) {

		/**
		 * The annotations' values, for applications without these properties.
		 */
		static final Visitor DEFAULTS = new Visitor("datafast_visitor_id", null, false, false, null);

		/**
		 * Create the properties.
		 * @param cookieName the cookie's name
		 * @param headerName the header's name; blank means none
		 * @param issueCookie whether navigations without the cookie get one
		 * @param renewCookie whether navigations with the cookie get it again
		 * @param cookieDomain the domain of written cookies; blank means none, and a
		 * leading dot is removed
		 */
		public Visitor {
			headerName = textOrNull(headerName);
			cookieDomain = textOrNull(cookieDomain);
			if (cookieDomain != null) {
				cookieDomain = StringUtils.trimLeadingCharacter(cookieDomain, '.').toLowerCase(Locale.ROOT);
			}
		}

	}

	/**
	 * Properties under {@code datafast.delivery}.
	 *
	 * @param mode Where goals wait: in memory, or in a table of the application's own
	 * database, where they survive a crash. By default in the database if
	 * datafast-spring-boot-jdbc is on the class path, and in memory otherwise.
	 * @param capacity How many goals may be pending: waiting, in flight and waiting to be
	 * tried again, together. A new goal beyond that is dropped. In memory, as many goals
	 * again may wait for the commits of open transactions. With mode jdbc, the goals in
	 * the table count. At least 1.
	 * @param concurrency How many calls to DataFast may be in flight; at least 1.
	 * @param maxAttempts How many answers a goal may get before it is given up; at least
	 * 1. Attempts that could not reach DataFast do not count.
	 * @param maxAge How old a goal may become before it is given up; more than zero.
	 * @param initialBackoff Upper bound of the random time before the second attempt. It
	 * doubles with each further attempt. More than zero.
	 * @param maxBackoff Upper bound of the random time between two attempts; more than
	 * zero.
	 * @param retryAmbiguous Whether to repeat a call that DataFast may have processed,
	 * because the answer did not come in time or the connection was lost. False can lose
	 * such a goal, true can record it twice.
	 * @param visitorNotFoundRetry Time before the one later attempt for a visitor without
	 * a pageview, whose first pageview may be on its way. Zero switches it off.
	 * @param shutdownTimeout How long shutdown waits for pending goals, after the web
	 * server has stopped; zero to not wait. With mode jdbc, it waits for the goals in
	 * flight only.
	 */
	public record Delivery(@Nullable Mode mode, @DefaultValue("10000") int capacity,
			@DefaultValue("16") int concurrency, @DefaultValue("5") int maxAttempts,
			@DefaultValue("1h") Duration maxAge, @DefaultValue("1s") Duration initialBackoff,
			@DefaultValue("1m") Duration maxBackoff, boolean retryAmbiguous,
			@DefaultValue("30s") Duration visitorNotFoundRetry, @DefaultValue("10s") Duration shutdownTimeout) {

		/**
		 * The annotations' values, for applications without these properties.
		 */
		static final Delivery DEFAULTS = new Delivery(null, 10_000, 16, 5, Duration.ofHours(1), Duration.ofSeconds(1),
				Duration.ofMinutes(1), false, Duration.ofSeconds(30), Duration.ofSeconds(10));

		/**
		 * Where goals wait until they are delivered.
		 */
		public enum Mode {

			/**
			 * In memory. A crash loses what is pending.
			 */
			MEMORY,

			/**
			 * In a table of the application's own database, together with the transaction
			 * in which they were tracked. Needs datafast-spring-boot-starter-jdbc.
			 */
			JDBC

		}

	}

}
